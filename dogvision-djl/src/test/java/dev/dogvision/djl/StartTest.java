package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.util.Platform;
import ai.djl.util.Utils;
import dev.dogvision.spi.EngineProvider;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.URL;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.api.parallel.Resources;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The engine starts in other people's applications, and says what is wrong where it can't. */
@ResourceLock(Resources.SYSTEM_PROPERTIES)
final class StartTest {
  private static final Platform PLATFORM = Platform.detectPlatform("pytorch");
  private static final String SYSTEM =
      System.getProperty("os.name") + " " + System.getProperty("os.arch");
  private static final String FAILED = "FAILED: PyTorch can't be used on " + SYSTEM + ": ";

  @TempDir private Path folder;

  private static String with(String property, Object value, Callable<String> work)
      throws Exception {
    String before = System.getProperty(property);
    System.setProperty(property, value.toString());
    try {
      return work.call();
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }

  /** Opens the engine with nothing extracted before. */
  private String openAnew(IsolatedApplication application) throws Exception {
    try (application) {
      return with(
          NativeFolders.CACHE, folder.resolve("cache"), () -> application.run(Opening.Here.class));
    }
  }

  private static boolean isNative(String entry) {
    return Path.of(entry).getFileName().toString().startsWith("pytorch-native");
  }

  /** A folder that looks like the jar of another native library. */
  private Path natives(String version, String classifier) throws IOException {
    Path properties = folder.resolve("natives/native/lib/pytorch.properties");
    Files.createDirectories(properties.getParent());
    Files.writeString(
        properties,
        "version="
            + version
            + "\nflavor=cpu\nclassifier="
            + classifier
            + "\nlibraries=libc10.so\n");
    return folder.resolve("natives");
  }

  // What works

  @Test
  void applications_that_are_deployed_one_after_another_all_predict() throws Exception {
    assertThat(Opening.open()).isEqualTo(Opening.PREDICTS);
    for (int i = 0; i < 2; i++) {
      try (IsolatedApplication application = IsolatedApplication.on(entry -> true)) {
        assertThat(application.run(Opening.Here.class)).isEqualTo(Opening.PREDICTS);
      }
    }
  }

  @Test
  void a_pool_s_thread_may_be_the_first() throws Exception {
    try (IsolatedApplication application = IsolatedApplication.on(entry -> true)) {
      assertThat(application.run(Opening.OnAPool.class))
          .isEqualTo(Opening.PREDICTS + ", then " + Opening.PREDICTS);
    }
  }

  /** As Spring Boot 2.7 does, and 3.3 nearly so. */
  @Test
  void a_framework_may_pin_old_versions_of_what_is_used() throws Exception {
    List<Path> oldest;
    try (Stream<Path> files = Files.list(Path.of("target", "oldest"))) {
      oldest = files.toList();
    }
    assertThat(oldest).hasSize(3);
    Pattern pinned = Pattern.compile("(gson|slf4j-api|slf4j-simple|commons-codec)-[0-9.]+\\.jar");
    try (IsolatedApplication application =
        IsolatedApplication.on(
            entry -> !pinned.matcher(Path.of(entry).getFileName().toString()).matches(),
            oldest.toArray(Path[]::new))) {
      assertThat(application.run(Opening.ModelsSavedAndLoaded.class))
          .startsWith("135 breeds, gson-2.9.1.jar, ")
          .endsWith(Opening.PREDICTS);
    }
  }

  @Test
  void somebody_else_may_have_used_djl_first_and_seen_nothing() throws Exception {
    try (IsolatedApplication application = IsolatedApplication.on(entry -> true)) {
      assertThat(application.run(Opening.AfterAnother.class))
          .isEqualTo("0 engines, " + Opening.PREDICTS);
    }
  }

  @Test
  void djl_s_own_service_files_need_not_be_there() throws Exception {
    try (IsolatedApplication application =
        IsolatedApplication.without(name -> name.startsWith("META-INF/services/ai.djl"))) {
      assertThat(application.run(Opening.Here.class)).isEqualTo(Opening.PREDICTS);
    }
  }

  @Test
  void the_thread_keeps_its_context_class_loader() {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    assertThat(Opening.open()).isEqualTo(Opening.PREDICTS);
    assertThat(Thread.currentThread().getContextClassLoader()).isSameAs(before);
    assertThat(System.getProperty(NativeLoader.PROPERTY)).isNull();
  }

  /** As after a start that was killed, or a full disk. */
  @Test
  void libraries_that_were_cut_short_are_extracted_again() throws Exception {
    Path cache = folder.resolve("cache");
    Path extracted =
        cache.resolve(
            "pytorch/"
                + PLATFORM.getVersion()
                + '-'
                + PLATFORM.getFlavor()
                + '-'
                + PLATFORM.getClassifier());
    Files.createDirectories(extracted);
    String source = "/pytorch/" + PLATFORM.getFlavor() + '/' + PLATFORM.getClassifier() + '/';
    String torch = System.mapLibraryName("torch");
    String c10 = System.mapLibraryName("c10");
    for (String library : PLATFORM.getLibraries()) {
      URL jar = StartTest.class.getResource(source + library);
      // The length is right, and the file takes no room.
      try (RandomAccessFile file =
          new RandomAccessFile(extracted.resolve(library).toFile(), "rw")) {
        file.setLength(jar.openConnection().getContentLengthLong());
      }
    }
    Files.write(extracted.resolve(torch), new byte[100]);
    Files.delete(extracted.resolve(c10));
    with(
        NativeFolders.CACHE,
        cache,
        () -> {
          OwnClassLoader.call(
              () -> {
                NativeLibraries.prepare();
                return null;
              });
          return "";
        });
    for (String library : List.of(torch, c10)) {
      try (var jar = StartTest.class.getResourceAsStream(source + library)) {
        assertThat(extracted.resolve(library)).hasBinaryContent(jar.readAllBytes());
      }
    }
    assertThat(extracted.toFile().list()).hasSameSizeAs(PLATFORM.getLibraries());
  }

  // What does not, and why

  @Test
  void without_the_native_library_its_dependency_is_named() throws Exception {
    assertThat(openAnew(IsolatedApplication.on(entry -> !isNative(entry))))
        .startsWith(
            FAILED
                + "its native library for "
                + PLATFORM.getClassifier()
                + " is missing: none is on the class path. Add the dependency"
                + " ai.djl.pytorch:pytorch-native-cpu:2.7.1 with the classifier "
                + PLATFORM.getClassifier()
                + " (");
  }

  @Test
  void with_that_of_another_system_both_are_named() throws Exception {
    Path other = natives("2.7.1-20250812", "plan9-mips");
    assertThat(openAnew(IsolatedApplication.on(entry -> !isNative(entry), other)))
        .startsWith(
            FAILED
                + "its native library for "
                + PLATFORM.getClassifier()
                + " is missing: there is only that for plan9-mips. Add the dependency");
  }

  @Test
  void with_that_of_another_version_both_versions_are_named() throws Exception {
    Path other = natives("2.5.1-20241201", PLATFORM.getClassifier());
    assertThat(openAnew(IsolatedApplication.on(entry -> !isNative(entry), other)))
        .isEqualTo(
            FAILED
                + "its parts are of versions that don't fit together: the native library is PyTorch"
                + " 2.5.1, pytorch-engine is "
                + PLATFORM.getApiVersion()
                + ", and pytorch-jni is 2.7.1-"
                + PLATFORM.getApiVersion()
                + ", for the PyTorch and the engine that its version names. Leave these versions to"
                + " DogVision");
  }

  @Test
  void a_jar_that_was_cut_short_is_named() throws Exception {
    Path jar = Files.write(folder.resolve("pytorch-native-cpu-2.7.1-x.jar"), new byte[1000]);
    assertThat(openAnew(IsolatedApplication.on(entry -> !isNative(entry), jar)))
        .startsWith(FAILED + jar + " is damaged: it can't be read to its end (")
        .endsWith("Delete it, and let your build download it again");
  }

  @Test
  void without_the_bindings_their_dependency_is_named() throws Exception {
    Path cache = folder.resolve("cache/pytorch");
    Files.createDirectories(cache);
    Path all = Path.of(Opening.open().equals(Opening.PREDICTS) ? libraries() : "");
    Path extracted = Files.createDirectories(cache.resolve(all.getFileName()));
    for (String library : PLATFORM.getLibraries()) {
      Files.createSymbolicLink(extracted.resolve(library), all.resolve(library));
    }
    assertThat(
            openAnew(
                IsolatedApplication.on(
                    entry -> !Path.of(entry).getFileName().toString().startsWith("pytorch-jni"))))
        .startsWith(
            FAILED
                + "the dependency ai.djl.pytorch:pytorch-jni is missing, which dogvision-djl brings"
                + " along: look what excludes it (");
  }

  private static String libraries() {
    return Utils.getEngineCacheDir("pytorch")
        .resolve(
            PLATFORM.getVersion() + '-' + PLATFORM.getFlavor() + '-' + PLATFORM.getClassifier())
        .toString();
  }

  @Test
  void without_a_jar_of_djl_s_that_is_told_and_the_native_library_is_not_blamed() throws Exception {
    assertThat(
            openAnew(
                IsolatedApplication.on(
                    entry ->
                        !Path.of(entry).getFileName().toString().startsWith("pytorch-engine"))))
        .startsWith("FAILED: ")
        .contains("ai.djl.pytorch.engine.PtEngineProvider")
        .doesNotContain("native library");
  }

  @Test
  void a_broken_service_of_somebody_else_s_is_told() throws Exception {
    Path services = folder.resolve("broken/META-INF/services/ai.djl.engine.EngineProvider");
    Files.createDirectories(services.getParent());
    Files.writeString(services, "com.example.NoSuchEngine\n");
    assertThat(openAnew(IsolatedApplication.on(entry -> true, folder.resolve("broken"))))
        .startsWith(FAILED + "Deep Java Library can't be started: ")
        .contains("com.example.NoSuchEngine")
        .doesNotContain("native library");
  }

  @Test
  void another_pytorch_that_somebody_has_named_is_told_by_its_version() throws Exception {
    Path library = Files.createDirectories(folder.resolve("torch/lib"));
    Files.writeString(library.resolve(System.mapLibraryName("torch")), "no library");
    Files.writeString(folder.resolve("torch/version.py"), "__version__ = '2.5.1+cu124'\n");
    assertThat(openNaming(library))
        .isEqualTo(
            FAILED
                + "PYTORCH_LIBRARY_PATH="
                + library
                + " holds PyTorch 2.5.1+cu124, and this version of DogVision needs 2.7.1. Unset it,"
                + " or name a folder of that version");
    Files.writeString(folder.resolve("torch/build-version"), "2.6.0\n");
    assertThat(openNaming(library)).contains(" holds PyTorch 2.6.0, and");
  }

  @Test
  void what_somebody_has_named_and_is_no_library_is_told_by_its_path() throws Exception {
    Path library = Files.createDirectories(folder.resolve("lib"));
    Files.writeString(library.resolve(System.mapLibraryName("torch")), "no library");
    assertThat(openNaming(library))
        .startsWith(
            FAILED
                + "PYTORCH_LIBRARY_PATH="
                + library
                + " names the PyTorch to load (of a version that it does not tell), and it can't be"
                + " loaded: java.lang.UnsatisfiedLinkError: ")
        .endsWith("Unset it, or name the lib folder of a PyTorch 2.7.1 for " + SYSTEM);
  }

  private static String openNaming(Path library) throws Exception {
    try (IsolatedApplication application = IsolatedApplication.on(entry -> true)) {
      return with("PYTORCH_LIBRARY_PATH", library, () -> application.run(Opening.Here.class));
    }
  }

  /** Where DJL loads its libraries by itself, since somebody else has said how. */
  @Test
  void what_another_class_loader_holds_is_told() throws Exception {
    assertThat(Opening.open()).isEqualTo(Opening.PREDICTS);
    try (IsolatedApplication application = IsolatedApplication.on(entry -> true)) {
      assertThat(with(NativeLoader.PROPERTY, "", () -> application.run(Opening.Here.class)))
          .startsWith(FAILED + "another class loader of this JVM has loaded its native library (")
          .endsWith(
              "as happens when an application is deployed again. Put Deep Java Library's jars where"
                  + " all applications share them, or start the JVM anew");
    }
  }

  /** What is put right is found at the next call, in the same application. */
  @Test
  void a_failure_is_not_remembered() throws Exception {
    Path library = Files.createDirectories(folder.resolve("lib"));
    Files.writeString(library.resolve(System.mapLibraryName("torch")), "no library");
    try (IsolatedApplication application = IsolatedApplication.on(entry -> true)) {
      assertThat(with("PYTORCH_LIBRARY_PATH", library, () -> application.run(Opening.Here.class)))
          .startsWith(FAILED);
      assertThat(application.run(Opening.Here.class)).isEqualTo(Opening.PREDICTS);
    }
  }

  @Test
  void service_files_that_were_lost_are_named_and_not_the_native_library() throws Exception {
    try (IsolatedApplication application =
        IsolatedApplication.without(
            name -> name.equals("META-INF/services/" + EngineProvider.class.getName()))) {
      assertThat(application.run(Opening.Here.class))
          .isEqualTo(
              "NOT_REGISTERED: dev.dogvision.djl.DjlEngineProvider is on the class path, but no"
                  + " file META-INF/services/dev.dogvision.spi.EngineProvider names it: whatever"
                  + " made one jar of several did not merge their service files. Let it, with"
                  + " maven-shade-plugin's ServicesResourceTransformer or the Gradle plugin"
                  + " shadow's mergeServiceFiles()");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/home/joao,     US-ASCII,     Linux,      true",
    "/home/joão,     US-ASCII,     Linux,      false",
    "/home/joão,     UTF-8,        Linux,      true",
    "/home/joão,     ISO-8859-1,   Linux,      true",
    "/home/柴犬,      ISO-8859-1,   Linux,      false",
    "/Users/joão,    UTF-8,        Mac OS X,   true",
    "/Users/joao,    windows-1252, Windows 11, true",
    "/Users/joão,    windows-1252, Windows 11, false",
  })
  void a_folder_is_for_native_code_if_its_name_is(
      String path, String encoding, String system, boolean usable) {
    assertThat(NativeFolders.isUsable(path, Charset.forName(encoding), system)).isEqualTo(usable);
  }
}
