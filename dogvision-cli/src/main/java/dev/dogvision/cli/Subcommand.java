package dev.dogvision.cli;

import dev.dogvision.internal.Terminal;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** What all commands have: where results and messages go, and who may interrupt. */
@Command
abstract class Subcommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  /** For results. */
  final Output out() {
    return new Output(spec.commandLine().getOut());
  }

  /** For messages. */
  final PrintWriter errors() {
    return spec.commandLine().getErr();
  }

  final Interruption interruption() {
    return root().interruption();
  }

  final boolean isVerbose() {
    return root().isVerbose();
  }

  /** Whether progress may be shown: to a person, or to a log that asks for it. */
  final boolean showsProgress() {
    return Terminal.isThere() || isVerbose();
  }

  /** A mistake in the command line that picocli can't see by itself. */
  final ParameterException mistake(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private DogVisionCommand root() {
    return (DogVisionCommand) spec.root().userObject();
  }
}
