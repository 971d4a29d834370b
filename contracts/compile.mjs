// Compiles src/*.sol with the pinned solc and writes one artifact per contract.
//   node compile.mjs [folder]      (default: artifacts, which is committed; a test compiles again and compares)
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2] ?? join(here, "artifacts");
const sources = Object.fromEntries(
  readdirSync(join(here, "src"))
    .filter((name) => name.endsWith(".sol"))
    .sort()
    .map((name) => [name, { content: readFileSync(join(here, "src", name), "utf8") }]),
);
const input = {
  language: "Solidity",
  sources,
  settings: {
    evmVersion: "cancun",
    viaIR: false,
    optimizer: { enabled: true, runs: 200 },
    metadata: { bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
  },
};
const { errors = [], contracts = {} } = JSON.parse(solc.compile(JSON.stringify(input)));
for (const error of errors) console.error(error.formattedMessage);
if (errors.length > 0) process.exit(1);

mkdirSync(out, { recursive: true });
const json = (value) => JSON.stringify(value, null, 2) + "\n";
writeFileSync(join(out, "input.json"), json({ compiler: solc.version(), input }));
for (const [source, found] of Object.entries(contracts)) {
  for (const [name, { abi, evm }] of Object.entries(found)) {
    writeFileSync(join(out, `${name}.json`), json({ source, abi, bytecode: "0x" + evm.bytecode.object }));
  }
}
