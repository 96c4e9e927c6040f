// What the unit tests have in place of the module vscode.
export {};
