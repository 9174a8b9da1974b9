package dev.dogvision.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import org.jspecify.annotations.Nullable;

/** The program {@code dogvision}. */
public final class Main {
  private Main() {}

  /**
   * Runs a command to its end, and ends the process with its exit code.
   *
   * @param arguments the command line
   */
  @SuppressWarnings("SystemOut") // a program's own streams
  public static void main(String[] arguments) {
    PrintStream errors = System.err;
    Interruption interruption =
        Interruption.ofSignals(
            Thread.currentThread(),
            () ->
                errors.println(
                    "Stopping after the step under way; a second time ends it at once."));
    PrintWriter out =
        new PrintWriter(
            new OutputStreamWriter(
                new FileOutputStream(FileDescriptor.out), charset("stdout.encoding")));
    PrintWriter err =
        new PrintWriter(
            new OutputStreamWriter(
                new FileOutputStream(FileDescriptor.err), charset("stderr.encoding")),
            true);
    int code = ExitCode.FAILED;
    try {
      code = DogVisionCommand.commandLine(interruption).setOut(out).setErr(err).execute(arguments);
    } catch (OutOfMemoryError e) {
      err.println(
          "Java's heap of "
              + (Runtime.getRuntime().maxMemory() >> 20)
              + " MB is too small: start it with more (JAVA_TOOL_OPTIONS=-Xmx4g), or give it smaller"
              + " batches");
    } finally {
      out.flush();
      err.flush();
    }
    System.exit(code);
  }

  /**
   * A terminal's character set; UTF-8 for files and pipes where Java says nothing, and where it
   * says ASCII, in which names of files could not be told.
   */
  private static Charset charset(String property) {
    Charset named = charsetOf(System.getProperty(property));
    if (named == null) {
      named = charsetOf(System.getProperty("sun." + property));
    }
    return named == null || named.equals(StandardCharsets.US_ASCII)
        ? StandardCharsets.UTF_8
        : named;
  }

  private static @Nullable Charset charsetOf(@Nullable String name) {
    try {
      return name == null ? null : Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return null;
    }
  }
}
