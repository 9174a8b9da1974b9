package dev.dogvision.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Tells how much memory the process has taken. */
final class PeakMemory {
  private static final Path STATUS = Path.of("/proc/self/status");

  private PeakMemory() {}

  /** Prints the most resident memory so far, native and Java's, where the system tells it. */
  static void print() throws IOException {
    if (!Files.isReadable(STATUS)) {
      return;
    }
    for (String line : Files.readAllLines(STATUS)) {
      if (line.startsWith("VmHWM:")) {
        long kibibytes = Long.parseLong(line.replaceAll("[^0-9]", ""));
        System.out.printf(
            Locale.ROOT,
            "Peak resident memory %,d MiB, of which Java's heap may take %,d MiB%n",
            kibibytes >> 10,
            Runtime.getRuntime().maxMemory() >> 20);
      }
    }
  }
}
