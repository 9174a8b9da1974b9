package dev.dogvision.spi;

import java.io.File;
import java.io.IOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

/** An application of its own in this JVM: every class anew, and engines as it is told. */
final class IsolatedApplication implements AutoCloseable {
  private static final String SERVICES = "META-INF/services/" + EngineProvider.class.getName();

  private final ClassLoaderOfItsOwn loader;

  /**
   * An application.
   *
   * @param folder an empty folder for its files
   * @param providers the classes that its services file names, if there are any
   */
  IsolatedApplication(Path folder, String... providers) throws IOException {
    URL services = null;
    if (providers.length > 0) {
      services =
          Files.write(Files.createDirectories(folder).resolve("services"), List.of(providers))
              .toUri()
              .toURL();
    }
    loader = new ClassLoaderOfItsOwn(services);
  }

  /** Runs a program inside, whose result is of a class of the JDK's. */
  @SuppressWarnings("unchecked")
  <T> T run(Class<? extends Callable<T>> program) throws Exception {
    var constructor = loader.loadClass(program.getName()).getDeclaredConstructor();
    constructor.setAccessible(true);
    return ((Callable<T>) constructor.newInstance()).call();
  }

  @Override
  public void close() throws IOException {
    loader.close();
  }

  private static final class ClassLoaderOfItsOwn extends URLClassLoader {
    private final URL services;

    ClassLoaderOfItsOwn(URL services) {
      super(classPath(), ClassLoader.getPlatformClassLoader());
      this.services = services;
    }

    private static URL[] classPath() {
      return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
          .map(ClassLoaderOfItsOwn::url)
          .toArray(URL[]::new);
    }

    private static URL url(String entry) {
      try {
        return Path.of(entry).toUri().toURL();
      } catch (MalformedURLException e) {
        throw new IllegalStateException(e);
      }
    }

    @Override
    public Enumeration<URL> findResources(String name) throws IOException {
      if (name.equals(SERVICES)) {
        return services == null
            ? Collections.emptyEnumeration()
            : Collections.enumeration(List.of(services));
      }
      return super.findResources(name);
    }
  }
}
