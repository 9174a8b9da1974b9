package dev.dogvision.cli;

import java.util.Locale;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** What makes a shell complete commands and options. */
@Command(
    name = "completion",
    description = {
      "Writes a script by which a shell completes commands and options.",
      "In bash: source <(dogvision completion bash)",
      "In zsh: source <(dogvision completion zsh)"
    })
final class CompletionCommand extends Subcommand {
  /** Shells that the script is for; zsh reads bash's. */
  enum Shell {
    BASH,
    ZSH;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  @Spec private CommandSpec command;

  @Parameters(
      arity = "0..1",
      paramLabel = "SHELL",
      description = "${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} unless given.",
      defaultValue = "bash")
  private Shell shell;

  @Override
  public Integer call() {
    CommandLine root = command.root().commandLine();
    String script = AutoComplete.bash(root.getCommandName(), root);
    String zsh =
        "autoload -U +X compinit && compinit\nautoload -U +X bashcompinit && bashcompinit\n";
    out().line(shell == Shell.ZSH ? zsh + script : script);
    return ExitCode.DONE;
  }
}
