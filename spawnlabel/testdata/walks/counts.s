// Lets counts be declared without a body.
