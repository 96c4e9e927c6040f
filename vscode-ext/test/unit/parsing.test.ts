import assert from 'node:assert/strict';
import { posix, win32 } from 'node:path';
import { describe, it } from 'node:test';

import { splitArgs } from '../../src/args';
import { withLinkedPaths } from '../../src/builderror';
import { parseEnv, readEnvFiles } from '../../src/envfile';
import { withDlv } from '../../src/goextension';
import { findPlaces } from '../../src/places';
import { listCommand, parseCim, parseGoVersion, parsePs } from '../../src/processes';
import { externalCommand } from '../../src/terminal';
import { testAt } from '../../src/testfunc';
import { needed, older, parseVersion } from '../../src/version';

describe('splitArgs', () => {
  it('splits as people mean it', () => {
    assert.deepEqual(splitArgs('  -a  b\tc '), ['-a', 'b', 'c']);
    assert.deepEqual(splitArgs(`-n "a b" 'c "d"' e"f g"h ''`), ['-n', 'a b', 'c "d"', 'ef gh', '']);
    assert.deepEqual(splitArgs('"say \\"hi\\"" C:\\dir\\file'), ['say "hi"', 'C:\\dir\\file']);
    assert.deepEqual(splitArgs(''), []);
  });
});

describe('environment files', () => {
  it('reads names and values', () => {
    const text = '\uFEFF# comment\nA=1\r\nexport B = two words \nC="x\\ny"\nD=\'${A}\'\nE=${A}${OUT}${NONE}\nnonsense\n F.G-H=';
    assert.deepEqual(parseEnv(text, { OUT: 'o' }), { A: '1', B: 'two words', C: 'x\ny', D: '${A}', E: '1o', 'F.G-H': '' });
  });

  it('later files win, and see the earlier ones', () => {
    const files: Record<string, string> = { a: 'X=1\nY=1', b: 'X=${Y}2' };
    assert.deepEqual(readEnvFiles(['a', 'b'], {}, (f) => files[f] ?? ''), { X: '12', Y: '1' });
    assert.deepEqual(readEnvFiles(undefined, {}, () => assert.fail()), {});
  });
});

describe('testAt', () => {
  const text = `package q

import "testing"

func helper() {
}

// TestPush pushes.
func TestPush(t *testing.T) {
	t.Run("x", func(t *testing.T) {
	})
}

func BenchmarkPop(b *testing.B) { for b.Loop() { } }

func (s *Suite) TestMethod() {
	x()
}
`;
  it('finds the test around the cursor', () => {
    assert.deepEqual(testAt(text, 8)?.args, ['-test.run', '^TestPush$']);
    assert.deepEqual(testAt(text, 10)?.name, 'TestPush');
    assert.deepEqual(testAt(text, 11)?.name, 'TestPush');
    assert.deepEqual(testAt(text, 13)?.args, ['-test.run', '^$', '-test.bench', '^BenchmarkPop$']);
  });

  it('finds none elsewhere', () => {
    for (const line of [0, 4, 5, 6, 12]) assert.equal(testAt(text, line), undefined, `line ${line}`);
  });

  it('knows the methods of testify suites', () => {
    assert.deepEqual(testAt(text, 16)?.args, []);
    assert.deepEqual(testAt(`${text}// github.com/stretchr/testify/suite`, 16)?.args, ['-testify.m', '^TestMethod$']);
  });
});

describe('versions', () => {
  it('reads what dlvx prints', () => {
    assert.equal(parseVersion('dlvx v0.2.0 (go1.26.8 linux/amd64)\nDelve Debugger\nVersion: 1.27.2'), 'v0.2.0');
    assert.equal(parseVersion('Delve Debugger\nVersion: 1.27.2'), undefined);
  });

  it('compares by number, and leaves builds from sources alone', () => {
    assert.ok(older('v0.9.0', '0.10.0'));
    assert.ok(older('v0.1.9', 'v1.0.0'));
    assert.ok(!older('v1.2.3', '1.2.3'));
    assert.ok(!older('v1.2.4-0.20260101-abc', '1.2.3'));
    assert.ok(!older('(devel)', needed));
    assert.ok(!older('v0.0.0-20260101120000-0123456789ab+dirty', needed));
  });
});

describe('processes', () => {
  it('reads ps', () => {
    assert.deepEqual(parsePs('    1 /sbin/init splash\n 4711 /home/me/go/bin/server -port 80\n  9 [kthreadd]\n\n').map((p) => [p.pid, p.name]), [
      [1, 'init'], [4711, 'server'], [9, '[kthreadd]'],
    ]);
  });

  it("reads Windows' answer, of several and of one", () => {
    const one = { ProcessId: 7, Name: 'a.exe', ExecutablePath: 'C:\\a.exe', CommandLine: 'a.exe -x' };
    assert.deepEqual(parseCim(JSON.stringify([one, { ...one, ProcessId: 8, ExecutablePath: null, CommandLine: null }])), [
      { pid: 7, name: 'a.exe', command: 'a.exe -x', program: 'C:\\a.exe' }, { pid: 8, name: 'a.exe', command: 'a.exe' },
    ]);
    assert.equal(parseCim(JSON.stringify(one)).length, 1);
  });

  it('tells Go programs', () => {
    const out = '/usr/bin/gofmt: go1.26.8\n/a b/x: devel go1.27-abc\nC:\\x.exe: go1.25 X:nocoverageredesign\n/bin/ls: could not read Go build info';
    assert.deepEqual([...parseGoVersion(out)], ['/usr/bin/gofmt', '/a b/x', 'C:\\x.exe']);
  });

  it('has a way on each system', () => {
    assert.equal(listCommand('win32').file, 'powershell.exe');
    assert.equal(listCommand('darwin').file, 'ps');
  });
});

describe('build errors', () => {
  const error = 'Build Error: go build -o /ws/cmd/__debug_bin .\n# example.com/x/cmd\n./main.go:5:2: undefined: x\n\t./main.go:9:1: other\nvet: sub/b.go:7:1: bad\n../lib/c.go:1:1: no\n/abs/d.go:2:2: y (exit status 1)\n';

  it('names files by absolute paths', () => {
    assert.equal(withLinkedPaths(error, '/ws/cmd', posix), 'Build Error: go build -o /ws/cmd/__debug_bin .\n# example.com/x/cmd\n/ws/cmd/main.go:5:2: undefined: x\n\t/ws/cmd/main.go:9:1: other\nvet: /ws/cmd/sub/b.go:7:1: bad\n/ws/lib/c.go:1:1: no\n/abs/d.go:2:2: y (exit status 1)\n');
    assert.equal(withLinkedPaths('Build Error: x\n./main.go:5:2: y\n../../up/z.go:1:1: z\n', '/ws/cmd', posix, '/ws'), 'Build Error: x\n./cmd/main.go:5:2: y\n/up/z.go:1:1: z\n');
    assert.equal(withLinkedPaths('Build Error: x\n.\\main.go:5:2: undefined: x\n', 'C:\\a b', win32), 'Build Error: x\nC:\\a b\\main.go:5:2: undefined: x\n');
  });

  it('leaves what the program prints', () => {
    assert.equal(withLinkedPaths('./main.go:5: hello', '/ws', posix), './main.go:5: hello');
  });
});

describe("the Go extension's setting", () => {
  it('keeps other tools', () => {
    assert.deepEqual(withDlv({ gopls: '/x' }, '/dlvx'), { gopls: '/x', dlv: '/dlvx' });
    assert.deepEqual(withDlv({ gopls: '/x', dlv: '/dlvx' }, undefined), { gopls: '/x' });
    assert.equal(withDlv({ dlv: '/dlvx' }, undefined), undefined);
    assert.deepEqual(withDlv(undefined, '/dlvx'), { dlv: '/dlvx' });
  });
});

describe('external terminals', () => {
  const command = { name: 'n', path: "/it's/dlvx", args: ['dap', '--x=a b'], cwd: '/ws' };
  it('quotes for the shell', () => {
    const linux = externalCommand('linux', command, () => undefined);
    assert.deepEqual([linux.file, ...linux.args.slice(0, 3)], ['x-terminal-emulator', '-e', 'bash', '-c']);
    assert.match(linux.args[3] ?? '', /^'\/it'\\''s\/dlvx' 'dap' '--x=a b'; /);
    assert.equal(externalCommand('linux', command, () => 'gnome-terminal').args[0], '--');
    assert.match(externalCommand('darwin', command, () => undefined).args[1] ?? '', /^tell application "Terminal.app" to do script "cd '\/ws' && /);
    assert.deepEqual(externalCommand('win32', command, () => undefined), { file: command.path, args: command.args, detached: true });
  });
});

describe('places in a dump', () => {
  it('are found, with spaces and on Windows', () => {
    const text = 'main.f\n    /src/a b/main.go:24\n── created by goroutine 1, now [chan receive] /x/y.go:3\n C:\\s\\z.go:7';
    assert.deepEqual(findPlaces(text).map((p) => [p.file, p.line, text.slice(p.start, p.end)]), [
      ['/src/a b/main.go', 24, '/src/a b/main.go:24'], ['/x/y.go', 3, '/x/y.go:3'], ['C:\\s\\z.go', 7, 'C:\\s\\z.go:7'],
    ]);
  });
});
