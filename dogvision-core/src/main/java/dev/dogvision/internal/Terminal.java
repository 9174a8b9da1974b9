package dev.dogvision.internal;

import java.io.Console;

/** Whether a person watches. */
public final class Terminal {
  private Terminal() {}

  /**
   * Whether input and output are a terminal, where progress may be shown.
   *
   * @return false where either is a file or a pipe
   */
  @SuppressWarnings("SystemConsoleNull") // asks Console.isTerminal where there is such a thing
  public static boolean isThere() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try { // from Java 22 on there is a console even where output goes to a file
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
