import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

interface Schema {
  type?: unknown;
  description?: string;
  markdownDescription?: string;
  deprecationMessage?: string;
  properties?: Record<string, Schema>;
}

// The tests run in the folder of package.json.
const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as {
  dependencies?: object;
  contributes: {
    commands: { command: string }[];
    menus: Record<string, { command: string }[]>;
    configuration: { properties: Record<string, Schema> };
    debuggers: {
      variables: Record<string, string>;
      configurationAttributes: Record<'launch' | 'attach', { properties: Record<string, Schema> }>;
      initialConfigurations: Record<string, unknown>[];
      configurationSnippets: { body: Record<string, unknown> }[];
    }[];
  };
};
const { contributes } = manifest;
const [dlvx] = contributes.debuggers;
assert.ok(dlvx);
const attributes = dlvx.configurationAttributes;
const sources = readdirSync('src').map((f) => readFileSync(join('src', f), 'utf8')).join('\n');

describe('package.json', () => {
  it('needs nothing at run time but VS Code', () => {
    assert.equal(manifest.dependencies, undefined);
  });

  it('has every attribute of the Go extension, and ours', () => {
    const launch = ['debugAdapter', 'program', 'mode', 'traceDirPath', 'coreFilePath', 'stopOnEntry', 'args', 'showLog', 'cwd', 'env',
      'substitutePath', 'buildFlags', 'dlvFlags', 'port', 'host', 'trace', 'envFile', 'backend', 'output', 'logOutput', 'logDest',
      'dlvLoadConfig', 'apiVersion', 'stackTraceDepth', 'showGlobalVariables', 'showRegisters', 'hideSystemGoroutines', 'console', 'asRoot',
      // Delve's, and dlvx's own.
      'noDebug', 'dlvCwd', 'outputMode', 'stdinFrom', 'stdoutTo', 'stderrTo', 'followExec', 'followExecRegex', 'maxStringLen',
      'maxArrayValues', 'goroutineFilters', 'showPprofLabels', 'showRawStrings', 'stitch', 'record', 'ancestors', 'chainDepth', 'maxGoroutines', 'groupGoroutines', 'debugMode', 'dlvxPath'];
    const attach = ['processId', 'mode', 'waitFor', 'remotePath', 'cwd', 'stopOnEntry', 'host', 'port', 'substitutePath', 'stitch', 'chainDepth', 'maxGoroutines', 'groupGoroutines'];
    for (const name of launch) assert.ok(attributes.launch.properties[name], name);
    for (const name of attach) assert.ok(attributes.attach.properties[name], name);
  });

  it('describes everything that it has', () => {
    const all = { ...attributes.launch.properties, ...attributes.attach.properties, ...contributes.configuration.properties };
    for (const [name, schema] of Object.entries(all)) {
      assert.ok(schema.markdownDescription ?? schema.deprecationMessage, name);
    }
  });

  it('has every attribute and setting in the manual', () => {
    const manual = readFileSync('../docs/vscode.md', 'utf8');
    for (const name of [...Object.keys(attributes.launch.properties), ...Object.keys(attributes.attach.properties), ...Object.keys(contributes.configuration.properties)]) {
      assert.match(manual, new RegExp(`[\`"]${name}[\`"]`), name);
    }
  });

  it('uses its own attributes in snippets', () => {
    for (const body of [...dlvx.initialConfigurations, ...dlvx.configurationSnippets.map((s) => s.body)]) {
      const known = attributes[body.request as 'launch' | 'attach'].properties;
      for (const name of Object.keys(body)) assert.ok(['name', 'type', 'request'].includes(name) || known[name], `${String(body.name)}: ${name}`);
    }
  });

  it('has its commands made, and makes those that it uses', () => {
    const used = [
      ...contributes.commands, ...Object.values(contributes.menus).flat(),
      ...Object.values(dlvx.variables).map((command) => ({ command })),
    ].map((c) => c.command);
    for (const command of new Set(used)) assert.ok(sources.includes(`'${command}':`), command);
  });

  it('has its settings read', () => {
    for (const name of Object.keys(contributes.configuration.properties)) {
      assert.match(sources, new RegExp(`getConfiguration\\('dlvx'[^)]*\\)\\.get<\\w+>\\('${name.replace('dlvx.', '')}'`), name);
    }
  });
});
