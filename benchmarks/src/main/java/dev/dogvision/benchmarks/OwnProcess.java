package dev.dogvision.benchmarks;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** Starts a benchmark once more, in a process of its own, with the class path that this one has. */
final class OwnProcess {

  private OwnProcess() {}

  /**
   * How it is started.
   *
   * @param program its class
   * @param arguments its command line
   * @return what is to be started; its errors are dropped
   */
  static ProcessBuilder of(Class<?> program, String... arguments) {
    return of(program, entry -> true, arguments);
  }

  /**
   * How it is started with a part of the class path.
   *
   * @param program its class
   * @param entries which files and folders of the class path it has
   * @param arguments its command line
   * @return what is to be started; its errors are dropped
   */
  static ProcessBuilder of(Class<?> program, Predicate<String> entries, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Dorg.slf4j.simpleLogger.defaultLogLevel=error");
    command.add("-cp");
    command.add(
        classPath(program.getClassLoader()).stream()
            .filter(entries)
            .collect(Collectors.joining(File.pathSeparator)));
    command.add(program.getName());
    command.addAll(Arrays.asList(arguments));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD);
  }

  /** Maven runs programs in a class loader of its own, and the property names Maven's jars then. */
  static List<String> classPath(ClassLoader loader) {
    return loader instanceof URLClassLoader urls
        ? Arrays.stream(urls.getURLs()).map(URL::getPath).toList()
        : List.of(System.getProperty("java.class.path").split(File.pathSeparator));
  }
}
