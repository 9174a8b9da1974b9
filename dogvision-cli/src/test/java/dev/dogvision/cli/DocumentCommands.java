package dev.dogvision.cli;

import com.google.common.base.Splitter;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A document's commands, one after the other, in the folder that this program is started in. */
final class DocumentCommands {
  private DocumentCommands() {}

  /**
   * Runs them.
   *
   * @param arguments a file of commands, one a line; and the file that gets their exit codes
   */
  public static void main(String[] arguments) throws IOException {
    List<String> codes = new ArrayList<>();
    InputStream before = System.in;
    for (String line : Files.readAllLines(Path.of(arguments[0]))) {
      List<String> parts = Splitter.on(" < ").splitToList(line);
      PrintWriter writer = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
      writer.println("== " + line);
      try (InputStream in = parts.size() == 1 ? before : new FileInputStream(parts.get(1))) {
        System.setIn(in);
        codes.add(
            String.valueOf(
                DogVisionCommand.commandLine(Interruption.none())
                    .setOut(writer)
                    .setErr(writer)
                    .execute(Splitter.on(' ').splitToList(parts.get(0)).toArray(String[]::new))));
      }
    }
    Files.write(Path.of(arguments[1]), codes);
  }
}
