package dev.dogvision.djl;

import ai.djl.util.Platform;
import ai.djl.util.Utils;
import dev.dogvision.EngineNotFoundException;
import dev.dogvision.EngineNotFoundException.Reason;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What there is of PyTorch's native libraries, and what is wrong with them. Whatever would crash
 * the process, or make DJL download something, is found before they are loaded; the rest is told
 * from how loading failed.
 */
final class NativeLibraries {
  private static final Logger logger = LoggerFactory.getLogger(NativeLibraries.class);

  private static final String NATIVES = "native/lib/pytorch.properties";
  private static final String BINDINGS = "jnilib/pytorch.properties";
  private static final String LIBRARY_PATH = "PYTORCH_LIBRARY_PATH";
  private static final Pattern VERSION = Pattern.compile("(\\d+\\.\\d+\\.\\d+).*");
  private static final Pattern PYTHON_VERSION =
      Pattern.compile("__version__\\s*=\\s*['\"]([^'\"]+)['\"]");

  private NativeLibraries() {}

  /**
   * Checks what is about to be loaded, and extracts anew what was cut short.
   *
   * @throws EngineNotFoundException if the libraries are of versions that don't fit together
   */
  static void prepare() {
    String bindings = property(resource(BINDINGS), "jni_version");
    if (isSet("PYTORCH_VERSION") || bindings == null) {
      return; // somebody knows better, or loading will fail and say why
    }
    String pytorch = number(bindings);
    Path override = override();
    if (override != null) {
      String found = versionIn(override);
      if (found != null && !number(found).equals(pytorch)) {
        throw cannotBeUsed(
            String.format(
                Locale.ROOT,
                "%s=%s holds PyTorch %s, and this version of DogVision needs %s. Unset it, or name"
                    + " a folder of that version",
                LIBRARY_PATH,
                override,
                found,
                pytorch),
            null);
      }
      return;
    }
    Platform platform = Platform.detectPlatform("pytorch");
    if (platform.isPlaceholder() || platform.getApiVersion() == null) {
      return;
    }
    if (!bindings.startsWith(number(platform.getVersion()) + '-' + platform.getApiVersion())) {
      throw cannotBeUsed(
          String.format(
              Locale.ROOT,
              "its parts are of versions that don't fit together: the native library is PyTorch %s,"
                  + " pytorch-engine is %s, and pytorch-jni is %s, for the PyTorch and the engine"
                  + " that its version names. Leave these versions to DogVision",
              number(platform.getVersion()),
              platform.getApiVersion(),
              bindings),
          null);
    }
    restoreCutShort(platform);
  }

  /** Why loading failed. */
  static EngineNotFoundException failure(Throwable e) {
    if (e instanceof EngineNotFoundException known) {
      return known;
    }
    List<Throwable> chain = new ArrayList<>();
    for (Throwable at = e; at != null && chain.size() < 20; at = at.getCause()) {
      chain.add(at);
    }
    String reason = chain.get(chain.size() - 1).toString();
    if (chain.stream().anyMatch(NativeLoader::isLoadedElsewhere)) {
      return cannotBeUsed(
          String.format(
              Locale.ROOT,
              "another class loader of this JVM has loaded its native library (%s), as happens when"
                  + " an application is deployed again. Put Deep Java Library's jars where all"
                  + " applications share them, or start the JVM anew",
              reason),
          e);
    }
    if (chain.stream().anyMatch(NativeLibraries::isOfClasses)) {
      return cannotBeUsed(
          String.format(
              Locale.ROOT,
              "Deep Java Library can't be started: %s. One of its jars is missing, or is of another"
                  + " version than the others: leave the versions of ai.djl to DogVision",
              reason),
          e);
    }
    Path override = override();
    if (override != null) {
      String version = versionIn(override);
      return cannotBeUsed(
          String.format(
              Locale.ROOT,
              "%s=%s names the PyTorch to load (%s), and it can't be loaded: %s. Unset it, or name"
                  + " the lib folder of a PyTorch %sfor %s",
              LIBRARY_PATH,
              override,
              version == null ? "of a version that it does not tell" : version,
              reason,
              bindingsNumber().map(number -> number + ' ').orElse(""),
              NativeFolders.system()),
          e);
    }
    Optional<Path> damaged = damagedJar();
    if (damaged.isPresent() || chain.stream().anyMatch(cause -> cause instanceof ZipException)) {
      return cannotBeUsed(
          String.format(
              Locale.ROOT,
              "%s is damaged: it can't be read to its end (%s). Delete it, and let your build"
                  + " download it again",
              damaged.map(Path::toString).orElse("a jar with its native library"),
              reason),
          e);
    }
    if (resource(BINDINGS) == null) {
      return cannotBeUsed(
          "the dependency ai.djl.pytorch:pytorch-jni is missing, which dogvision-djl brings along:"
              + " look what excludes it ("
              + reason
              + ")",
          e);
    }
    List<String> natives = natives();
    String system = classifier();
    if (natives.stream().noneMatch(found -> found.startsWith(system))) {
      return cannotBeUsed(missing(natives, system, reason), e);
    }
    return cannotBeUsed(
        String.format(
            Locale.ROOT,
            "its native library, kept in %s, can't be loaded: %s%s",
            cache(),
            reason,
            advice(reason)),
        e);
  }

  /** Whether classes were missing or did not fit together, before anything native was tried. */
  private static boolean isOfClasses(Throwable e) {
    return e instanceof NoClassDefFoundError
        || e instanceof IncompatibleClassChangeError
        || e instanceof ServiceConfigurationError;
  }

  private static String missing(List<String> natives, String system, String reason) {
    String found =
        natives.isEmpty()
            ? "none is on the class path"
            : "there is only that for " + String.join(", ", natives);
    if (system.equals("osx-x86_64")) {
      return String.format(
          Locale.ROOT,
          "its native library is missing, %s, and PyTorch is no longer made for Macs with Intel"
              + " processors: docs/platforms.md of DogVision says which version to take (%s)",
          found,
          reason);
    }
    return String.format(
        Locale.ROOT,
        "its native library for %s is missing: %s. Add the dependency"
            + " ai.djl.pytorch:pytorch-native-cpu:%s with the classifier %s (%s)",
        system,
        found,
        bindingsNumber().orElse("<version>"),
        system,
        reason);
  }

  private static String advice(String reason) {
    if (reason.contains("failed to map segment") || reason.contains("Operation not permitted")) {
      return ". Programs may not be run from there: name another folder with the system property"
          + " or environment variable "
          + NativeFolders.CACHE;
    }
    if (reason.contains("GLIBC") || reason.contains("ld-linux") || reason.contains("musl")) {
      return ". PyTorch needs a Linux with a recent GNU C library, which Alpine and old systems"
          + " don't have";
    }
    if (reason.contains("No space left")) {
      return ". Free some space there: it takes about 450 MB";
    }
    return ". If something else has changed that folder, delete it: it is filled again";
  }

  private static EngineNotFoundException cannotBeUsed(String why, @Nullable Throwable cause) {
    return new EngineNotFoundException(
        Reason.FAILED,
        List.of(DjlEngine.NAME),
        "PyTorch can't be used on " + NativeFolders.system() + ": " + why,
        cause);
  }

  /**
   * Compares what an earlier start extracted with the jars, since a library that was cut short
   * crashes the process. DJL looks only whether one of its files is there.
   */
  private static void restoreCutShort(Platform platform) {
    String name =
        platform.getVersion() + '-' + platform.getFlavor() + '-' + platform.getClassifier();
    Path folder = Utils.getEngineCacheDir("pytorch").resolve(name);
    if (!Files.exists(folder.resolve(System.mapLibraryName("torch")))) {
      return; // then DJL extracts all of them
    }
    String source = platform.getFlavor() + '/' + platform.getClassifier() + '/';
    for (String library : platform.getLibraries()) {
      restore(folder.resolve(library), resource("pytorch/" + source + library));
    }
    String bindings = System.mapLibraryName("djl_torch");
    Path own = folder.resolve(platform.getApiVersion() + '-' + bindings);
    if (Files.exists(own)) {
      restore(own, resource("jnilib/" + source + bindings));
    }
  }

  private static void restore(Path library, @Nullable URL source) {
    try {
      if (source == null) {
        return;
      }
      long expected = source.openConnection().getContentLengthLong();
      long found = Files.exists(library) ? Files.size(library) : 0;
      if (expected < 0 || found == expected) {
        return;
      }
      logger.warn(
          "{} holds {} bytes of {}: it was cut short, and is extracted again",
          library,
          found,
          expected);
      Path beside = library.resolveSibling(library.getFileName() + "." + UUID.randomUUID());
      try (InputStream in = source.openStream()) {
        Files.copy(in, beside);
        Files.move(beside, library, StandardCopyOption.REPLACE_EXISTING);
      } finally {
        Files.deleteIfExists(beside);
      }
    } catch (IOException e) {
      throw cannotBeUsed(
          library + " was cut short and can't be extracted again: " + e + ". Delete its folder", e);
    }
  }

  /** The folder that somebody has named and that DJL will take. */
  private static @Nullable Path override() {
    String paths = value(LIBRARY_PATH);
    if (paths == null) {
      return null;
    }
    try {
      return Stream.of(paths.split(File.pathSeparator, -1))
          .map(Path::of)
          .filter(path -> Files.isRegularFile(path.resolve(System.mapLibraryName("torch"))))
          .findFirst()
          .orElse(null);
    } catch (InvalidPathException e) {
      return null;
    }
  }

  /** The version of a libtorch, or of PyTorch for Python, by what lies beside its libraries. */
  private static @Nullable String versionIn(Path folder) {
    Path parent = folder.toAbsolutePath().normalize().getParent();
    if (parent == null) {
      return null;
    }
    try {
      Path build = parent.resolve("build-version");
      if (Files.isRegularFile(build)) {
        return Files.readString(build).strip();
      }
      Path python = parent.resolve("version.py");
      if (Files.isRegularFile(python)) {
        Matcher matcher = PYTHON_VERSION.matcher(Files.readString(python));
        return matcher.find() ? matcher.group(1) : null;
      }
    } catch (IOException e) {
      logger.debug("The version of {} can't be read", folder, e);
    }
    return null;
  }

  /** For which systems there are native libraries, with their flavour where it is not the CPU's. */
  private static List<String> natives() {
    List<String> found = new ArrayList<>();
    try {
      for (URL url : Collections.list(loader().getResources(NATIVES))) {
        String classifier = property(url, "classifier");
        if (classifier != null) {
          String flavor = property(url, "flavor");
          found.add(classifier + (flavor == null || flavor.equals("cpu") ? "" : " " + flavor));
        }
      }
    } catch (IOException e) {
      logger.debug("The class path can't be searched", e);
    }
    return found;
  }

  /** A jar of native libraries that can't be read, which class loaders pass over silently. */
  private static Optional<Path> damagedJar() {
    List<Path> jars = new ArrayList<>();
    try {
      for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        jars.add(Path.of(entry));
      }
      if (loader() instanceof URLClassLoader urls) {
        for (URL url : urls.getURLs()) {
          if (url.getProtocol().equals("file")) {
            jars.add(Path.of(url.toURI()));
          }
        }
      }
    } catch (InvalidPathException | URISyntaxException e) {
      logger.debug("Not all of the class path can be looked at", e);
    }
    return jars.stream()
        .filter(
            jar ->
                String.valueOf(jar.getFileName()).matches("pytorch-(native|jni).*\\.jar")
                    && Files.isRegularFile(jar)
                    && !isZip(jar))
        .findFirst();
  }

  private static boolean isZip(Path jar) {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.size() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static String classifier() {
    String name = System.getProperty("os.name");
    String system = name.startsWith("Win") ? "win" : name.startsWith("Mac") ? "osx" : "linux";
    String processor = System.getProperty("os.arch");
    return system + '-' + (processor.equals("amd64") ? "x86_64" : processor);
  }

  private static String cache() {
    try {
      return Utils.getEngineCacheDir("pytorch").toString();
    } catch (InvalidPathException e) {
      return "a folder that can't be named in this process's character set ("
          + NativeFolders.nativeEncoding()
          + ")";
    }
  }

  private static Optional<String> bindingsNumber() {
    return Optional.ofNullable(property(resource(BINDINGS), "jni_version"))
        .map(NativeLibraries::number);
  }

  private static String number(String version) {
    Matcher matcher = VERSION.matcher(version);
    return matcher.matches() ? matcher.group(1) : version;
  }

  private static boolean isSet(String name) {
    String value = value(name);
    return value != null && !value.isEmpty();
  }

  private static @Nullable String value(String name) {
    String value = System.getenv(name);
    return value == null ? System.getProperty(name) : value;
  }

  private static ClassLoader loader() {
    return NativeLibraries.class.getClassLoader();
  }

  private static @Nullable URL resource(String name) {
    return loader().getResource(name);
  }

  private static @Nullable String property(@Nullable URL url, String key) {
    if (url == null) {
      return null;
    }
    try (InputStream in = url.openStream()) {
      Properties properties = new Properties();
      properties.load(in);
      return properties.getProperty(key);
    } catch (IOException e) {
      logger.debug("{} can't be read", url, e);
      return null;
    }
  }
}
