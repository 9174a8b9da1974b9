package dev.dogvision.cli;

import dev.dogvision.spi.EngineProvider;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import picocli.CommandLine.IVersionProvider;

/** The versions that {@code --version} tells, without loading anything native. */
final class Versions implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {
      "dogvision " + dogVision(),
      "Java " + System.getProperty("java.version") + ", " + System.getProperty("java.vm.name"),
      "engines " + engines()
    };
  }

  /** This command line's own version. */
  static String dogVision() {
    Properties properties = new Properties();
    try (InputStream in = Versions.class.getResourceAsStream("version.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      return "of an unknown version: " + e;
    }
    return properties.getProperty("version", "of an unknown version");
  }

  private static String engines() {
    List<String> names = new ArrayList<>();
    try {
      ServiceLoader.load(EngineProvider.class, EngineProvider.class.getClassLoader())
          .forEach(provider -> names.add(provider.name()));
    } catch (ServiceConfigurationError e) {
      names.add("one that can't be loaded: " + e.getMessage());
    }
    return names.isEmpty() ? "none" : String.join(", ", names);
  }
}
