package dev.dogvision.onnx;

import ai.onnxruntime.OrtEnvironment;
import com.google.common.base.Ascii;
import com.google.common.base.CharMatcher;
import dev.dogvision.internal.WholeFile;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps ONNX Runtime's native libraries as files of the user's cache. Its own way is to copy all 24
 * MB of them out of its jar at each start, to the folder for temporary files, where a process that
 * is killed leaves them.
 *
 * <p>Wherever anything is unusual - a path that the system's encoding may not have, a folder that
 * can't be written or holds no programs, a second class loader in the process, a variant of ONNX
 * Runtime for other devices - its own way is left to it.
 */
final class KeptLibraries {
  /** The system property that names the folder in which they are kept. */
  static final String PROPERTY = "dogvision.onnx.libraries";

  /** What the property says where nothing is to be kept. */
  static final String NONE = "none";

  private static final Logger LOG = LoggerFactory.getLogger(KeptLibraries.class);
  private static final String RUNTIME = "onnxruntime";

  /** In the order in which they are loaded. */
  private static final List<String> NAMES = List.of(RUNTIME, "onnxruntime4j_jni");

  /** The properties by which an application decides for itself. */
  private static final List<String> DECIDED_ELSEWHERE =
      List.of(
          "onnxruntime.native.path",
          "onnxruntime.native.onnxruntime.path",
          "onnxruntime.native.onnxruntime.skip",
          "onnxruntime.native.onnxruntime4j_jni.path",
          "onnxruntime.native.onnxruntime4j_jni.skip");

  private KeptLibraries() {}

  /** Does something with ONNX Runtime's classes, the first use of which loads the libraries. */
  interface Loading<T, E extends Exception> {
    T load() throws E;
  }

  /** Lets the libraries be loaded from where they are kept, if possible. */
  static <T, E extends Exception> T around(Loading<T, E> loading) throws E {
    Path folder = loadable();
    if (folder == null) {
      return loading.load();
    }
    String property = DECIDED_ELSEWHERE.get(0);
    System.setProperty(property, folder.toString());
    try {
      return loading.load();
    } finally {
      System.clearProperty(property);
    }
  }

  /** A folder from which the libraries can be loaded, which they are by this; null if none. */
  private static @Nullable Path loadable() {
    Path parent = parent();
    String platform =
        platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    // A library is of one class loader: ours must be that which loads it next.
    if (parent == null
        || platform == null
        || DECIDED_ELSEWHERE.stream().anyMatch(name -> System.getProperty(name) != null)
        || KeptLibraries.class.getClassLoader() != OrtEnvironment.class.getClassLoader()) {
      return null;
    }
    try {
      Path folder = kept(parent, platform);
      if (folder != null) {
        System.load(folder.resolve(System.mapLibraryName(RUNTIME)).toString());
      }
      return folder;
    } catch (IOException | RuntimeException | UnsatisfiedLinkError e) {
      LOG.debug("ONNX Runtime's libraries are not kept in {}: {}", parent, e.toString());
      return null;
    }
  }

  /** Where libraries of all versions are kept, unless an application decides for itself. */
  static Optional<Path> folder() {
    return DECIDED_ELSEWHERE.stream().anyMatch(name -> System.getProperty(name) != null)
            || platform(System.getProperty("os.name", ""), System.getProperty("os.arch", ""))
                == null
        ? Optional.empty()
        : Optional.ofNullable(parent());
  }

  /** Where libraries of all versions are kept; null for nowhere. */
  private static @Nullable Path parent() {
    String named = System.getProperty(PROPERTY);
    if (named == null) {
      return cache(
          System.getProperty("os.name", ""),
          System.getProperty("user.home", ""),
          System.getenv("XDG_CACHE_HOME"),
          System.getenv("LOCALAPPDATA"));
    }
    Path folder = named.equals(NONE) ? null : ascii(named);
    return folder == null ? null : ascii(folder.toAbsolutePath().toString());
  }

  /**
   * The folder that a system has for what can be made again.
   *
   * @param linux what Linux's environment says of it, or null
   * @param windows what Windows' environment says of it, or null
   */
  static @Nullable Path cache(
      String system, String home, @Nullable String linux, @Nullable String windows) {
    String name = Ascii.toLowerCase(system);
    String cache;
    if (name.startsWith("windows")) {
      if (windows == null || windows.isBlank()) {
        return null;
      }
      cache = windows;
    } else if (linux != null && linux.startsWith("/")) {
      cache = linux;
    } else if (home.isBlank() || home.equals("?")) { // a user without an entry
      return null;
    } else {
      cache = home + (name.startsWith("mac") ? "/Library/Caches" : "/.cache");
    }
    return ascii(cache + "/dogvision");
  }

  /**
   * The library is loaded by a name in the system's encoding, which may lack letters; so may the
   * encoding of files' names, where there is not even a path of such a name.
   */
  private static @Nullable Path ascii(String path) {
    return CharMatcher.ascii().matchesAllOf(path) ? Path.of(path) : null;
  }

  /** What ONNX Runtime calls a platform, of those that its jar has libraries for. */
  static @Nullable String platform(String system, String architecture) {
    String name = Ascii.toLowerCase(system);
    String os =
        name.startsWith("linux")
            ? "linux"
            : name.startsWith("mac") ? "osx" : name.startsWith("windows") ? "win" : null;
    String processor =
        switch (Ascii.toLowerCase(architecture)) {
          case "amd64", "x86_64" -> "x64";
          case "aarch64" -> "aarch64";
          default -> null;
        };
    return os == null || processor == null ? null : os + "-" + processor;
  }

  /** The folder of this version's libraries, which are put there if they are not. */
  private static @Nullable Path kept(Path parent, String platform) throws IOException {
    String version = OrtEnvironment.class.getPackage().getImplementationVersion();
    // Libraries of other devices are looked for beside the one that is loaded.
    if (version == null || resource(platform, "onnxruntime_providers_cuda") != null) {
      return null;
    }
    Path folder = parent.resolve("onnxruntime-" + version + "-" + platform);
    for (String name : NAMES) {
      URL resource = resource(platform, name);
      if (resource == null) {
        return null;
      }
      URLConnection connection = resource.openConnection();
      connection.setUseCaches(false);
      try (InputStream in = connection.getInputStream()) {
        long length = connection.getContentLengthLong();
        Path file = folder.resolve(System.mapLibraryName(name));
        if (length <= 0) {
          return null;
        }
        if (!Files.isRegularFile(file) || Files.size(file) != length) {
          WholeFile.write(file, in::transferTo);
          LOG.info("{} is kept for the next start ({} MB)", file, length >> 20);
        }
      }
    }
    return folder;
  }

  private static @Nullable URL resource(String platform, String name) {
    return OrtEnvironment.class.getResource(
        "/ai/onnxruntime/native/" + platform + "/" + System.mapLibraryName(name));
  }
}
