package dev.dogvision.djl;

import ai.djl.repository.Artifact;
import ai.djl.repository.License;
import ai.djl.repository.MRL;
import ai.djl.repository.Repository;
import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import com.google.gson.JsonParseException;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.ModelNotFoundException;
import dev.dogvision.spi.EmbeddingModule;
import dev.dogvision.spi.ZooEntry;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * TorchScript modules that others publish, as DJL's repositories find them by URL: what a zoo
 * lists, what lies on a server, in a folder or in an archive. DJL downloads them into its cache.
 */
final class PublishedModules {
  private static final String MODULE = ".pt";
  private static final int DEPTH = 4;

  /** Where the modules lie that were found, by their SHA-256. */
  private final Map<String, Path> files = new ConcurrentHashMap<>();

  /** A module and where it lies. */
  private record Found(ZooEntry entry, Path file) {}

  /** Finds a module, and downloads it where that is needed. */
  ZooEntry find(String url) {
    return found(url).entry();
  }

  private Found found(String url) {
    try {
      Found found = OwnClassLoader.call(() -> locate(url));
      files.put(found.entry().sha256(), found.file());
      return found;
    } catch (JsonParseException | IllegalArgumentException | IllegalStateException e) {
      throw notFound(url, String.valueOf(e.getMessage()), e);
    }
  }

  private static Found locate(String url) {
    try {
      Path single = singleFile(url);
      if (single != null) {
        return found(url, single, ImmutableMap.of(), "");
      }
      Repository repository = Repository.newInstance("dogvision", url);
      List<MRL> models = repository.getResources();
      if (models.isEmpty()) {
        throw notFound(url, "there is nothing", null);
      }
      Artifact artifact = models.get(0).getDefaultArtifact();
      if (artifact == null) {
        throw notFound(url, "no version or name of it is what the URL says", null);
      }
      repository.prepare(artifact);
      Path folder = repository.getResourceDirectory(artifact);
      ImmutableMap.Builder<String, String> arguments = ImmutableMap.builder();
      artifact.getArguments().forEach((name, value) -> arguments.put(name, String.valueOf(value)));
      Map<String, License> licences =
          artifact.getMetadata() == null ? null : artifact.getMetadata().getLicenses();
      return found(
          url,
          moduleIn(folder, url),
          arguments.buildOrThrow(),
          licences == null
              ? ""
              : licences.values().stream().map(License::getName).collect(Collectors.joining(", ")));
    } catch (IOException e) {
      throw notFound(url, e.toString(), e);
    }
  }

  /** A module that the URL names itself, of which there is nothing else to know. */
  private static @Nullable Path singleFile(String url) {
    URI uri = URI.create(url);
    if (!"file".equals(uri.getScheme()) || uri.getPath() == null) {
      return null;
    }
    Path file = Path.of(URI.create("file://" + uri.getRawPath()));
    return Files.isRegularFile(file) && file.toString().endsWith(MODULE) ? file : null;
  }

  private static Path moduleIn(Path folder, String url) throws IOException {
    List<Path> modules;
    try (Stream<Path> all = Files.walk(folder, DEPTH)) {
      modules =
          all.filter(file -> String.valueOf(file.getFileName()).endsWith(MODULE))
              .filter(Files::isRegularFile)
              .sorted(Comparator.comparing(Path::toString))
              .toList();
    }
    if (modules.size() == 1) {
      return modules.get(0);
    }
    if (modules.isEmpty()) {
      throw notFound(url, "it holds no TorchScript module (a file that ends in .pt)", null);
    }
    throw notFound(
        url,
        "it holds several TorchScript modules, "
            + modules.stream()
                .map(file -> folder.relativize(file).toString())
                .collect(Collectors.joining(", "))
            + ": name the file: URL of one of them",
        null);
  }

  private static Found found(String url, Path file, Map<String, String> arguments, String licence)
      throws IOException {
    return new Found(new ZooEntry(url, sha256(file), arguments, licence), file);
  }

  private static String sha256(Path file) throws IOException {
    return MoreFiles.asByteSource(file).hash(Hashing.sha256()).toString();
  }

  /**
   * Where a module lies that was found before.
   *
   * @throws MismatchException if it is another by now
   */
  Path file(String url, String sha256) {
    Path file = files.get(sha256);
    try {
      if (file != null && Files.isRegularFile(file) && sha256(file).equals(sha256)) {
        return file;
      }
    } catch (IOException e) {
      throw new DogVisionException(file + ", the module of " + url + ", can't be read: " + e, e);
    }
    Found found = found(url);
    String now = found.entry().sha256();
    if (!now.equals(sha256)) {
      throw new MismatchException(
          url,
          String.format(
              Locale.ROOT,
              "the module at %s is not the one it was: its SHA-256 is %s, expected %s",
              url,
              now,
              sha256));
    }
    return found.file();
  }

  Path file(EmbeddingModule module) {
    return file(module.url(), module.sha256());
  }

  private static ModelNotFoundException notFound(
      String url, String reason, @Nullable Exception cause) {
    return new ModelNotFoundException(
        url,
        String.format(
            Locale.ROOT,
            "no TorchScript module at %s: %s. Expected is djl://<group>/<artifact>, a .pt file, or"
                + " a folder or archive that holds one",
            url,
            reason),
        cause);
  }

  /** What a file turns out to be that PyTorch does not open. */
  static DamagedFileException damaged(String url, Exception cause, String reason) {
    return new DamagedFileException(
        url,
        "what is at " + url + " is no TorchScript module that PyTorch opens: " + reason,
        cause);
  }
}
