package dev.dogvision.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/**
 * A command that was run inside of the test's process.
 *
 * @param code its exit code
 * @param out what it wrote to standard output
 * @param errors what it wrote to standard error
 */
record Executed(int code, String out, String errors) {

  static Executed run(String... arguments) {
    return run(Interruption.none(), arguments);
  }

  static Executed run(Interruption interruption, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter errors = new StringWriter();
    int code =
        DogVisionCommand.commandLine(interruption)
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(errors, true))
            .execute(arguments);
    return new Executed(code, normal(out), normal(errors));
  }

  private static String normal(StringWriter text) {
    return text.toString().replace("\r\n", "\n");
  }

  List<String> lines() {
    return out.lines().toList();
  }
}
