// Starts `guardband lsp` and connects it to the editor. Everything else is done by the server.

const { workspace, window } = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

let client;

async function activate() {
  const [command, ...args] = workspace.getConfiguration("guardband").get("command");
  client = new LanguageClient(
    "guardband",
    "Guardband",
    { command, args },
    { documentSelector: [{ language: "mandate" }] },
  );
  try {
    await client.start();
  } catch (problem) {
    window.showErrorMessage(
      `The language server could not be started with "${command}": ${problem.message}. ` +
        'Install it with: pip install "guardband[lsp]"',
    );
  }
}

function deactivate() {
  return client === undefined ? undefined : client.stop();
}

module.exports = { activate, deactivate };
