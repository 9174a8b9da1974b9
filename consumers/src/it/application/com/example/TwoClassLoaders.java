package com.example;

import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;

/** An application that is deployed twice in one process, each time by a class loader of its own. */
public final class TwoClassLoaders {
  private TwoClassLoaders() {}

  public static void main(String[] arguments) throws Exception {
    String[] entries = arguments[0].split(File.pathSeparator);
    URL[] classPath = new URL[entries.length];
    for (int i = 0; i < entries.length; i++) {
      classPath[i] = Path.of(entries[i]).toUri().toURL();
    }
    for (int i = 1; i <= 2; i++) {
      deploy(classPath, arguments[1]);
      System.out.println("deployed and undeployed: " + i);
    }
    // And side by side.
    try (URLClassLoader first = loader(classPath);
        URLClassLoader second = loader(classPath)) {
      run(first, arguments[1]);
      run(second, arguments[1]);
    }
  }

  private static void deploy(URL[] classPath, String expected) throws Exception {
    try (URLClassLoader loader = loader(classPath)) {
      run(loader, expected);
    }
  }

  private static URLClassLoader loader(URL[] classPath) throws IOException {
    return new URLClassLoader("application", classPath, ClassLoader.getPlatformClassLoader());
  }

  private static void run(ClassLoader loader, String expected) throws Exception {
    Class<?> application = loader.loadClass("com.example.Application");
    if (application.getClassLoader() != loader) {
      throw new AssertionError("expected a class of the deployment's own");
    }
    application
        .getMethod("main", String[].class)
        .invoke(null, (Object) new String[] {expected, "PyTorch"});
  }
}
