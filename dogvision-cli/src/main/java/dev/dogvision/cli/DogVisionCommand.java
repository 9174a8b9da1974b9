package dev.dogvision.cli;

import com.google.common.base.Throwables;
import dev.dogvision.DogVisionException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command that all others belong to, and the options that all have. */
@Command(
    name = "dogvision",
    description = "Breeds of dogs: predict, train, evaluate.",
    mixinStandardHelpOptions = true,
    versionProvider = Versions.class,
    scope = ScopeType.INHERIT,
    sortOptions = false,
    usageHelpAutoWidth = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all was done",
      "1:some pictures failed, or the doctor found something wrong",
      "2:the command line is wrong",
      "3:the work could not be done",
      "130:interrupted (Ctrl-C); 143 if terminated"
    },
    subcommands = {
      PredictCommand.class,
      TrainCommand.class,
      EvaluateCommand.class,
      CompareCommand.class,
      ReportCommand.class,
      ExportCommand.class,
      ServeCommand.class,
      DoctorCommand.class,
      CompletionCommand.class,
      HelpCommand.class
    })
final class DogVisionCommand implements Runnable {
  /** What slf4j-simple goes by. Its classes are not loaded before a command runs. */
  private static final String LOG_LEVEL = "org.slf4j.simpleLogger.defaultLogLevel";

  private final Interruption interruption;

  @Spec private CommandSpec spec;

  @Option(
      names = {"-v", "--verbose"},
      scope = ScopeType.INHERIT,
      description = "Tells more of what goes on, on standard error; twice, even more.")
  private boolean[] verbosity = {};

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "Shows where in the program a failure came from.")
  private boolean stackTrace;

  private DogVisionCommand(Interruption interruption) {
    this.interruption = interruption;
  }

  /** The command line, to be executed once. */
  static CommandLine commandLine(Interruption interruption) {
    DogVisionCommand command = new DogVisionCommand(interruption);
    CommandLine line = new CommandLine(command);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setExecutionStrategy(command::run);
    line.setExecutionExceptionHandler(command::tell);
    line.setParameterExceptionHandler(DogVisionCommand::tellUsage);
    return line;
  }

  /** Without a command there is nothing to do. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "a command is missing");
  }

  Interruption interruption() {
    return interruption;
  }

  boolean isVerbose() {
    return verbosity.length > 0;
  }

  private int run(ParseResult parsed) {
    if (System.getProperty(LOG_LEVEL) == null) {
      System.setProperty(
          LOG_LEVEL, verbosity.length == 0 ? "warn" : verbosity.length == 1 ? "info" : "debug");
    }
    return new CommandLine.RunLast().execute(parsed);
  }

  private int tell(Exception failure, CommandLine line, ParseResult parsed) {
    PrintWriter errors = line.getErr();
    if (failure instanceof BrokenPipeException) {
      return ExitCode.DONE; // who reads has all that they want
    }
    if (stackTrace) {
      failure.printStackTrace(errors);
    }
    if (failure instanceof InterruptedWorkException) {
      errors.println(failure.getMessage());
      return interruption.exitCode();
    }
    if (interruption.happened()) {
      errors.println("Interrupted. Nothing is half written.");
      return interruption.exitCode();
    }
    if (failure instanceof DogVisionException) {
      errors.println(failure.getMessage());
      return ExitCode.FAILED;
    }
    // These name a setting that can't be: the command line is wrong.
    if (failure instanceof IllegalArgumentException || failure instanceof IllegalStateException) {
      errors.println(failure.getMessage());
      return ExitCode.USAGE;
    }
    if (failure instanceof IOException || failure instanceof UncheckedIOException) {
      errors.println(String.valueOf(Throwables.getRootCause(failure)));
      return ExitCode.FAILED;
    }
    errors.println(
        failure
            + " - this was not foreseen"
            + (stackTrace ? "" : "; --stacktrace shows where it comes from"));
    return ExitCode.FAILED;
  }

  /** The mistake and where help is; the whole help would hide the mistake. */
  private static int tellUsage(ParameterException mistake, String[] arguments) {
    CommandLine line = mistake.getCommandLine();
    PrintWriter errors = line.getErr();
    errors.println(mistake.getMessage());
    boolean unused = CommandLine.UnmatchedArgumentException.printSuggestions(mistake, errors);
    errors.println("Help: " + line.getCommandSpec().qualifiedName() + " --help");
    return ExitCode.USAGE;
  }
}
