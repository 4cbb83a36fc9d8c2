// Every ```ts block of the documents compiles as a user's program would, against the types that the package ships;
// every ```json block that is a config reads as one; the README's first program runs.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, expect, it } from 'vitest';
import { readConfig } from '../../ts/src/cli/config/config.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
// Inside of the package, so that `talray` means it; compiled with what `npm run build` left in dist/ts.
const folder = join(root, 'dist', 'document-blocks');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const documents = [
  ...['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md', 'CHANGELOG.md'],
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];

/** Blocks of a document, each with blank lines before it so that its lines have the document's numbers. */
function blocksOf(document: string, languages: RegExp): string[] {
  const blocks: string[] = [];
  let open: { text: string; language: string } | undefined;
  readFileSync(join(root, document), 'utf8')
    .split('\n')
    .forEach((line, i) => {
      const fence = /^\s*```(\w*)/.exec(line);
      if (fence === null) {
        if (open !== undefined) open.text += `${line}\n`;
      } else if (open === undefined) {
        open = { text: '\n'.repeat(i + 1), language: fence[1] ?? '' };
      } else {
        if (languages.test(open.language)) blocks.push(open.text);
        open = undefined;
      }
    });
  return blocks;
}

it('compiles every block', () => {
  rmSync(folder, { recursive: true, force: true });
  const files = documents.flatMap((document) =>
    blocksOf(document, /^(ts|typescript)$/).map((text, i) => {
      const file = join(folder, document, `${i + 1}.ts`);
      mkdirSync(join(folder, document), { recursive: true });
      writeFileSync(file, `${text}\nexport {};\n`);
      return file;
    }),
  );
  expect(files.length).toBeGreaterThan(3);
  const program = ts.createProgram(files, {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', 'lib.dom.d.ts'],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    types: ['node'],
    typeRoots: [join(root, 'node_modules', '@types')],
  });
  const wrong = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const message = ts.flattenDiagnosticMessageText(messageText, ' ');
    if (file === undefined || start === undefined) return message;
    const document = relative(folder, join(file.fileName, '..'));
    return `${document.startsWith('..') ? relative(root, file.fileName) : document}:${file.getLineAndCharacterOfPosition(start).line + 1}: ${message}`;
  });
  expect(wrong).toEqual([]);
});

it('reads every config', async () => {
  const configs = documents.flatMap((document) => blocksOf(document, /^json$/)).filter((text) => 'data' in (JSON.parse(text) as object));
  expect(configs.length).toBeGreaterThan(0);
  mkdirSync(folder, { recursive: true });
  for (const text of configs) {
    const file = join(folder, 'config.json');
    writeFileSync(file, text);
    expect((await readConfig(file)).config.features.length).toBeGreaterThan(0);
  }
});

it("runs the README's first program as it stands", () => {
  const [program = ''] = blocksOf('README.md', /^ts$/);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'ten.mjs'), program);
  symlinkSync(join(root, 'examples'), join(folder, 'examples'));
  const { status, stderr } = spawnSync(process.execPath, ['ten.mjs'], { cwd: folder, encoding: 'utf8' });
  expect(stderr).toMatch(/epoch 3\/3 .*valAuc 0\.[78]\d+/);
  expect(status).toBe(0);
  expect(readdirSync(join(folder, 'census-model'))).toContain('manifest.json');
});
