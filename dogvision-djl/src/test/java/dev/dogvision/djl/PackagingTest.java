package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.spi.EngineProvider;
import dev.dogvision.spi.contract.ReferenceEngineProvider;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One jar of everything, and the module path, as docs/platforms.md tells how. */
final class PackagingTest {
  @TempDir private Path folder;

  private static boolean isNative(Path entry) {
    return entry.getFileName().toString().startsWith("pytorch-native");
  }

  private static boolean isForTests(Path entry) {
    String path = entry.toString().replace('\\', '/');
    return path.contains("test-classes")
        || path.endsWith("-tests.jar")
        || Stream.of("/org/junit/", "/org/assertj/", "/bytebuddy/", "/opentest4j/", "/apiguardian/")
            .anyMatch(path::contains);
  }

  // One jar

  private String openMerged(boolean services) throws Exception {
    // Another engine, whose service file comes first.
    Path file = folder.resolve("other/META-INF/services").resolve(EngineProvider.class.getName());
    Files.createDirectories(file.getParent());
    Files.writeString(file, ReferenceEngineProvider.class.getName());
    List<Path> parts = new ArrayList<>(List.of(folder.resolve("other")));
    List<Path> classPath = new ArrayList<>();
    IsolatedApplication.classPath()
        .map(Path::of)
        .forEach(entry -> (isNative(entry) ? classPath : parts).add(entry));
    // The native library's jar has no service files, and is large.
    Path jar = folder.resolve("application.jar");
    MergedJar.write(jar, parts, services);
    classPath.add(jar);
    try (IsolatedApplication application = IsolatedApplication.on(classPath)) {
      return application.run(Opening.Here.class);
    }
  }

  @Test
  void one_jar_with_merged_service_files_predicts() throws Exception {
    assertThat(openMerged(true)).isEqualTo(Opening.PREDICTS);
  }

  @Test
  void one_jar_that_lost_service_files_says_so_and_does_not_blame_the_native_library()
      throws Exception {
    assertThat(openMerged(false))
        .startsWith(
            "NOT_REGISTERED: dev.dogvision.djl.DjlEngineProvider is on the class path, but no file"
                + " META-INF/services/dev.dogvision.spi.EngineProvider names it:")
        .doesNotContain("native");
  }

  // The module path

  private static final String MODULE =
      """
      module com.example.app {
        requires dev.dogvision;
      }
      """;

  private static final String MAIN =
      """
      package com.example.app;

      import dev.dogvision.DogVision;
      import dev.dogvision.image.RgbImage;
      import dev.dogvision.predict.Predictor;

      public final class Main {
        public static void main(String[] arguments) {
          System.out.println(Main.class.getModule() + " on " + Predictor.class.getModule());
          System.out.println(DogVision.engines());
          try (Predictor predictor = Predictor.pretrained()) {
            RgbImage image = new RgbImage(64, 64, new byte[64 * 64 * 3]);
            System.out.println(predictor.predict(image).probabilities().size());
          }
        }
      }
      """;

  @Test
  void the_module_path_works_from_outside() throws Exception {
    List<String> modulePath = new ArrayList<>();
    List<String> classPath = new ArrayList<>();
    for (Path entry : IsolatedApplication.classPath().map(Path::of).toList()) {
      if (isNative(entry)) {
        classPath.add(entry.toString());
      } else if (!isForTests(entry)) {
        modulePath.add(asModule(entry).toString());
      }
    }
    Path sources = Files.createDirectories(folder.resolve("sources/com/example/app"));
    Path module = Files.writeString(folder.resolve("sources/module-info.java"), MODULE);
    Path main = Files.writeString(sources.resolve("Main.java"), MAIN);
    Path classes = folder.resolve("classes");
    String path = String.join(File.pathSeparator, modulePath);
    assertThat(
            ToolProvider.getSystemJavaCompiler()
                .run(
                    null,
                    null,
                    null,
                    "--release",
                    "17",
                    "-d",
                    classes.toString(),
                    "--module-path",
                    path,
                    module.toString(),
                    main.toString()))
        .isZero();
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Dai.djl.offline=true",
            "-Dai.djl.pytorch.num_threads=1",
            "--module-path",
            classes + File.pathSeparator + path,
            "--class-path",
            String.join(File.pathSeparator, classPath),
            "--module",
            "com.example.app/com.example.app.Main");
    Path errors = folder.resolve("errors");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    List<String> lines;
    try (var output = process.inputReader()) {
      lines = output.lines().toList();
    }
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    assertThat(lines).hasSize(3);
    assertThat(lines.get(0)).isEqualTo("module com.example.app on module dev.dogvision");
    assertThat(lines.get(1)).startsWith("[PyTorch through DJL (");
    assertThat(lines.get(2)).isEqualTo("135");
  }

  /** A module's folder of classes as the jar that it will be, unless it is a module as it is. */
  private Path asModule(Path entry) throws IOException {
    if (!Files.isDirectory(entry) || Files.exists(entry.resolve("module-info.class"))) {
      return entry;
    }
    String artifact = entry.getParent().getParent().getFileName().toString();
    Manifest manifest = new Manifest();
    manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
    manifest
        .getMainAttributes()
        .putValue(
            "Automatic-Module-Name",
            artifact.replace("dogvision", "dev.dogvision").replace('-', '.'));
    Path jar = folder.resolve(artifact + ".jar");
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream zip = new JarOutputStream(out, manifest);
        Stream<Path> files = Files.walk(entry)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = entry.relativize(file).toString().replace('\\', '/');
        if (!name.equals("META-INF/MANIFEST.MF")) {
          zip.putNextEntry(new JarEntry(name));
          Files.copy(file, zip);
        }
      }
    }
    return jar;
  }
}
