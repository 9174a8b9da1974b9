package dev.dogvision.examples;

import dev.dogvision.DogVisionException;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.concurrent.Callable;
import picocli.CommandLine;

/**
 * Runs the examples' commands: a mistake in the input is told in its own words, without a trace.
 */
final class Program {

  private Program() {}

  /**
   * Runs a command to its end, and ends the process where it failed.
   *
   * @param command annotated for picocli
   * @param arguments the command line
   */
  static void run(Callable<Integer> command, String... arguments) {
    int status =
        execute(command, new PrintWriter(System.err, true, Charset.defaultCharset()), arguments);
    if (status != 0) {
      System.exit(status);
    }
  }

  /**
   * Runs a command to its end.
   *
   * @param command annotated for picocli
   * @param errors where mistakes are told
   * @param arguments the command line
   * @return 0 if it succeeded
   */
  static int execute(Callable<Integer> command, PrintWriter errors, String... arguments) {
    return new CommandLine(command)
        .setErr(errors)
        .setExecutionExceptionHandler(
            (exception, line, parsed) -> {
              if (exception instanceof DogVisionException
                  || exception instanceof IllegalArgumentException) {
                errors.println(exception.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
              }
              throw exception;
            })
        .execute(arguments);
  }
}
