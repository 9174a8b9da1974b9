package dev.dogvision.djl;

import com.google.common.hash.Hashing;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.StandardCharsets;
import java.nio.charset.UnsupportedCharsetException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Folders that native code can be loaded from and read. A path with an accent, of a user's name for
 * instance, can't be named at all where the process runs in the POSIX locale, and on Windows only
 * where the system's code page has the letter. Then another folder is taken, and that is logged.
 */
final class NativeFolders {
  /** DJL's name for where it puts native libraries, in the environment or as a system property. */
  static final String CACHE = "DJL_CACHE_DIR";

  private static final String ENGINE_CACHE = "ENGINE_CACHE_DIR";
  private static final String TEMPORARY = "java.io.tmpdir";

  private static final Logger logger = LoggerFactory.getLogger(NativeFolders.class);

  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");

  private NativeFolders() {}

  /** Sees to it that DJL's cache and the folder for temporary files can be used. */
  static synchronized void choose() {
    String temporary = System.getProperty(TEMPORARY);
    if (!isNameable(temporary)) {
      // Nothing in this process could have used it; Java itself can't even make temporary files.
      Path other = fallback();
      logger.warn(
          "The folder for temporary files, {}, can't be named in this process's character set ({});"
              + " {} is used instead. Set LC_ALL=C.UTF-8, or the system property {}, for another",
          temporary,
          nativeEncoding(),
          other,
          TEMPORARY);
      System.setProperty(TEMPORARY, other.toString());
    }
    if (isSet(CACHE) || isSet(ENGINE_CACHE)) {
      return;
    }
    String home = System.getProperty("user.home");
    if (!isUsable(home)) {
      Path other = fallback();
      logger.warn(
          "PyTorch's native library can't be kept in the home folder, {}, whose name is not within"
              + " this process's character set ({}); {} is used instead. Set LC_ALL=C.UTF-8, or the"
              + " system property or environment variable {}, for another",
          home,
          nativeEncoding(),
          other,
          CACHE);
      System.setProperty(CACHE, other.toString());
    }
  }

  /** A new file for native code to read, which only this user may. */
  static Path temporaryFile(String suffix) throws IOException {
    String temporary = System.getProperty(TEMPORARY);
    Path folder = isUsable(temporary) ? Path.of(temporary) : fallback();
    // Files.createTempFile fails for good in a JVM whose first folder for temporary files had a
    // name that it can't encode.
    return Files.createFile(folder.resolve("dogvision-" + UUID.randomUUID() + suffix), ownerOnly());
  }

  private static boolean isSet(String name) {
    String value = System.getenv(name);
    value = value == null ? System.getProperty(name) : value;
    return value != null && !value.isEmpty();
  }

  private static boolean isUsable(String path) {
    return isUsable(path, nativeEncoding(), System.getProperty("os.name"));
  }

  /** Whether C libraries can open a path of this name. */
  static boolean isUsable(String path, Charset nativeEncoding, String system) {
    if (!isNameable(path)) {
      return false;
    }
    return system.startsWith("Windows")
        ? StandardCharsets.US_ASCII.newEncoder().canEncode(path) // PyTorch's names are UTF-8 there
        : nativeEncoding.newEncoder().canEncode(path);
  }

  private static boolean isNameable(String path) {
    try {
      return Path.of(path).getNameCount() >= 0;
    } catch (InvalidPathException e) {
      return false;
    }
  }

  static Charset nativeEncoding() {
    String name = System.getProperty("sun.jnu.encoding", "");
    try {
      return Charset.forName(name);
    } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
      return Charset.defaultCharset();
    }
  }

  /**
   * A folder of this user's own where every system has room. Libraries are loaded from it, so
   * nobody else may write there.
   */
  private static Path fallback() {
    String user =
        Hashing.sha256()
            .hashString(
                System.getProperty("user.name") + System.getProperty("user.home"),
                StandardCharsets.UTF_8)
            .toString()
            .substring(0, 12);
    List<Path> parents = new ArrayList<>();
    addIfUsable(parents, System.getProperty(TEMPORARY));
    for (String name : List.of("ProgramData", "PUBLIC")) {
      addIfUsable(parents, System.getenv(name));
    }
    for (String path : List.of("/tmp", "/var/tmp")) {
      addIfUsable(parents, path);
    }
    for (Path parent : parents) {
      Path own = parent.resolve("dogvision-" + user);
      if (isOurs(own)) {
        return own;
      }
      Path fresh = parent.resolve("dogvision-" + UUID.randomUUID());
      if (isOurs(fresh)) {
        return fresh;
      }
    }
    return Path.of(""); // the working folder; what can't be written there says so
  }

  private static void addIfUsable(List<Path> parents, @Nullable String path) {
    if (path != null && isUsable(path) && Files.isWritable(Path.of(path))) {
      parents.add(Path.of(path));
    }
  }

  /** Makes a folder, and says whether it is one that only this user may write to. */
  private static boolean isOurs(Path folder) {
    try {
      if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(folder, ownerOnly());
        return true;
      }
      if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        return false;
      }
      Path probe = Files.createFile(folder.resolve("probe-" + UUID.randomUUID()), ownerOnly());
      try {
        return Files.getOwner(probe).equals(Files.getOwner(folder, LinkOption.NOFOLLOW_LINKS))
            && (!isPosix() || Files.getPosixFilePermissions(folder).equals(OWNER_ONLY));
      } finally {
        Files.delete(probe);
      }
    } catch (IOException e) {
      logger.debug("{} can't be used", folder, e);
      return false;
    }
  }

  private static boolean isPosix() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
  }

  private static FileAttribute<?>[] ownerOnly() {
    return isPosix()
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNER_ONLY)}
        : new FileAttribute<?>[0];
  }

  /** The system, as messages name it. */
  static String system() {
    return String.format(
        Locale.ROOT, "%s %s", System.getProperty("os.name"), System.getProperty("os.arch"));
  }
}
