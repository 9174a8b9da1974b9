package dev.dogvision.examples;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** A document's blocks, one after the other, as a program in the folder that it is started in. */
final class DocumentProgram {
  private DocumentProgram() {}

  /**
   * Runs them.
   *
   * @param arguments a folder that gets a file for each block, empty or with what it failed by; and
   *     the blocks' classes
   */
  public static void main(String[] arguments) throws Exception {
    Path results = Path.of(arguments[0]);
    for (String name : Arrays.asList(arguments).subList(1, arguments.length)) {
      StringWriter failure = new StringWriter();
      long start = System.nanoTime();
      try {
        Class.forName(name).getMethod("run").invoke(null);
      } catch (InvocationTargetException e) {
        e.getCause().printStackTrace(new PrintWriter(failure, true));
      }
      System.out.println("== " + name + ": " + (System.nanoTime() - start) / 1_000_000 + " ms");
      Files.writeString(results.resolve(name), failure.toString());
    }
  }
}
