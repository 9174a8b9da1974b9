package dev.dogvision.djl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * Loads native libraries for DJL, which finds it by its name. It is there for applications that are
 * deployed several times in one JVM, each by a class loader of its own: Java loads a library's file
 * for one class loader only. PyTorch's libraries need not be loaded again, since they are in the
 * process; the bindings to Java, which are small, are loaded from a copy.
 */
public final class NativeLoader {
  /** DJL's system property for such a class. */
  static final String PROPERTY = "ai.djl.pytorch.native_helper";

  private static final String BINDINGS = System.mapLibraryName("djl_torch");

  private NativeLoader() {}

  /**
   * Loads a library.
   *
   * @param path its file
   * @throws UnsatisfiedLinkError if it can't be loaded
   */
  public static void load(String path) {
    try {
      System.load(path);
    } catch (UnsatisfiedLinkError e) {
      if (!isLoadedElsewhere(e)) {
        throw e;
      }
      if (path.endsWith(BINDINGS)) {
        System.load(copy(Path.of(path)).toString());
      }
    }
  }

  /** Whether a class loader other than the one that asks holds the library. */
  static boolean isLoadedElsewhere(Throwable e) {
    return e instanceof UnsatisfiedLinkError
        && String.valueOf(e.getMessage()).contains("already loaded in another classloader");
  }

  private static Path copy(Path library) {
    try {
      Path copy = NativeFolders.temporaryFile("-" + BINDINGS);
      copy.toFile().deleteOnExit();
      return Files.copy(library, copy, StandardCopyOption.REPLACE_EXISTING).toAbsolutePath();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
