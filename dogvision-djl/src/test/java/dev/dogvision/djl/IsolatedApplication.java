package dev.dogvision.djl;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** An application of its own in this JVM, every class anew, as a server deploys them. */
final class IsolatedApplication implements AutoCloseable {
  private final Loader loader;

  private IsolatedApplication(List<Path> classPath, Predicate<String> resources) {
    this.loader = new Loader(classPath.stream().map(Loader::url).toArray(URL[]::new), resources);
  }

  /**
   * An application on some of the tests' class path.
   *
   * @param entries which of its entries
   * @param more what comes first
   */
  static IsolatedApplication on(Predicate<String> entries, Path... more) {
    List<Path> all = new ArrayList<>(List.of(more));
    classPath().filter(entries).map(Path::of).forEach(all::add);
    return new IsolatedApplication(all, resource -> true);
  }

  /** An application on the tests' class path, but for some resources. */
  static IsolatedApplication without(Predicate<String> resources) {
    return new IsolatedApplication(classPath().map(Path::of).toList(), resources.negate());
  }

  /** An application on the given class path and nothing else. */
  static IsolatedApplication on(List<Path> classPath) {
    return new IsolatedApplication(classPath, resource -> true);
  }

  /** The tests' class path, but for the core's own tests, which bring an engine along. */
  static Stream<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(
            entry -> !Path.of(entry).endsWith(Path.of("dogvision-core", "target", "test-classes")));
  }

  ClassLoader loader() {
    return loader;
  }

  /** Runs a program inside, whose result is of a class of the JDK's. */
  @SuppressWarnings("unchecked")
  <T> T run(Class<? extends Callable<T>> program) throws Exception {
    var constructor = loader.loadClass(program.getName()).getDeclaredConstructor();
    constructor.setAccessible(true);
    Callable<T> callable = (Callable<T>) constructor.newInstance();
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(loader);
    try {
      return callable.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }

  private static final class Loader extends URLClassLoader {
    private final Predicate<String> resources;

    Loader(URL[] urls, Predicate<String> resources) {
      super(urls, ClassLoader.getPlatformClassLoader());
      this.resources = resources;
    }

    private static URL url(Path entry) {
      try {
        return entry.toUri().toURL();
      } catch (MalformedURLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public URL findResource(String name) {
      return resources.test(name) ? super.findResource(name) : null;
    }

    @Override
    public Enumeration<URL> findResources(String name) throws IOException {
      return resources.test(name) ? super.findResources(name) : Collections.emptyEnumeration();
    }
  }
}
