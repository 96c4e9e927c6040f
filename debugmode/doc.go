package debugmode

// version is that of the settings and the records; both ends must agree.
const version = 1

// variable is the environment variable by which the mode is switched on.
const variable = "DLVX_DEBUGMODE"
