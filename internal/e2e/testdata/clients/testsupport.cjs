// A session of @vscode/debugadapter-testsupport, the client that debug adapters
// of VS Code are tested with: starts `dlvx dap`, stops at a breakpoint, and
// prints the frames of the goroutine that stopped, as JSON.
//
// node testsupport.cjs DLVX FOLDER FILE LINE EXECUTABLE-TO-BUILD
const { spawn } = require('node:child_process');
const { createInterface } = require('node:readline');
const { DebugClient } = require('@vscode/debugadapter-testsupport');

async function main(dlvx, folder, file, line, output) {
	const server = spawn(dlvx, ['dap', '--listen=127.0.0.1:0'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
	const port = await new Promise((resolve, reject) => {
		server.on('error', reject);
		createInterface(server.stdout).on('line', text => {
			const match = /^DAP server listening at: .*:(\d+)$/.exec(text);
			if (match) resolve(Number(match[1]));
		});
	});
	const client = new DebugClient('', '', 'go');
	client.defaultTimeout = 120_000;
	await client.start(port);
	await client.hitBreakpoint({ mode: 'debug', program: folder, output }, { path: file, line: Number(line) });
	const { body: { threads } } = await client.threadsRequest();
	let frames = [];
	for (const { id } of threads) {
		const { body } = await client.stackTraceRequest({ threadId: id });
		const [top] = body.stackFrames;
		if (top && top.line === Number(line) && top.source.path === file) frames = body.stackFrames;
	}
	process.stdout.write(JSON.stringify(frames));
	await client.disconnectRequest({ terminateDebuggee: true });
	await client.stop();
}

main(...process.argv.slice(2)).catch(error => {
	console.error(error);
	process.exit(1);
});
