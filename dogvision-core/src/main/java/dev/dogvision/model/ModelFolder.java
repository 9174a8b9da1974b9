package dev.dogvision.model;

import com.google.common.hash.Hashing;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.ModelNotFoundException;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.model.Safetensors.ElementType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes models to folders and reads them back. */
final class ModelFolder {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.safetensors";
  static final String CARD = "README.md";

  private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);
  private static final Set<String> FILES = Set.of(CONFIG, WEIGHTS, CARD);
  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
  private static final int MAXIMUM_CONFIG = 16 << 20;
  private static final int ATTEMPTS = 20;

  private ModelFolder() {}

  /** Where a model's files are. */
  @FunctionalInterface
  interface FileSource {
    InputStream open(String fileName) throws IOException;
  }

  /**
   * Loads a model. One that is replaced meanwhile, by two renames, may be found missing or half old
   * and half new, so what fails is read again as long as the folder changes.
   */
  static TrainedModel load(Path folder) {
    for (int attempt = 1; ; attempt++) {
      Object before = state(folder);
      try {
        return loadOnce(folder);
      } catch (DogVisionException e) {
        if (attempt == ATTEMPTS || !pause() || (before.equals(state(folder)) && !gone(folder))) {
          throw e;
        }
      }
    }
  }

  /** What tells one folder from another that took its place. */
  private static Object state(Path folder) {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(folder.resolve(CONFIG), BasicFileAttributes.class);
      return List.of(
          String.valueOf(attributes.fileKey()), attributes.lastModifiedTime(), attributes.size());
    } catch (IOException e) {
      return List.of();
    }
  }

  private static boolean gone(Path folder) {
    return !Files.exists(folder) && !leftBehind(folder).isEmpty();
  }

  private static boolean pause() {
    try {
      Thread.sleep(10);
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static TrainedModel loadOnce(Path folder) {
    if (!Files.isDirectory(folder)) {
      throw new ModelNotFoundException(
          folder.toString(),
          Files.exists(folder)
              ? folder + " is a file; a model's folder was expected in its place"
              : "no model at " + folder + ": there is no such folder" + leftBehind(folder));
    }
    if (!Files.exists(folder.resolve(CONFIG))) {
      throw new ModelNotFoundException(
          folder.toString(),
          folder + " holds no model: " + CONFIG + " is missing in it" + leftBehind(folder));
    }
    return load(folder.toString(), name -> Files.newInputStream(folder.resolve(name)));
  }

  /** A save that was killed between two renames leaves the old model beside its place. */
  private static String leftBehind(Path folder) {
    Path absolute = folder.toAbsolutePath().normalize();
    Path parent = absolute.getParent();
    if (parent == null || !Files.isDirectory(parent)) {
      return "";
    }
    String prefix = "." + absolute.getFileName() + ".replaced-";
    try (Stream<Path> siblings = Files.list(parent)) {
      return siblings
          .filter(sibling -> String.valueOf(sibling.getFileName()).startsWith(prefix))
          .findFirst()
          .map(sibling -> "; a save was interrupted, and the model before it is at " + sibling)
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  static TrainedModel load(String source, FileSource files) {
    ModelConfig config = ModelConfig.parse(source + "/" + CONFIG, text(source, files));
    byte[] weights = weights(source, files, config);
    String sha256 = Hashing.sha256().hashBytes(weights).toString();
    if (!sha256.equals(config.sha256())) {
      throw new DamagedFileException(
          source + "/" + WEIGHTS,
          String.format(
              Locale.ROOT,
              "%s/%s is damaged: its SHA-256 is %s, %s says %s; copy or train the model again",
              source,
              WEIGHTS,
              sha256,
              CONFIG,
              config.sha256()));
    }
    return config.model(source, Safetensors.read(weights, source + "/" + WEIGHTS));
  }

  private static String text(String source, FileSource files) {
    try (InputStream in = files.open(CONFIG)) {
      byte[] content = in.readNBytes(MAXIMUM_CONFIG + 1);
      if (content.length > MAXIMUM_CONFIG) {
        throw new DamagedFileException(
            source + "/" + CONFIG,
            source + "/" + CONFIG + " is larger than 16 MiB, which no model's is");
      }
      return new String(content, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw missing(source, CONFIG, e);
    }
  }

  private static byte[] weights(String source, FileSource files, ModelConfig config) {
    try (InputStream in = files.open(WEIGHTS)) {
      int expected = (int) Math.min(config.bytes(), Integer.MAX_VALUE - 16);
      byte[] content = in.readNBytes(expected);
      if (content.length != config.bytes() || in.read() >= 0) {
        throw new DamagedFileException(
            source + "/" + WEIGHTS,
            String.format(
                Locale.ROOT,
                "%s/%s holds %s %s bytes, %s says %s; copy or train the model again",
                source,
                WEIGHTS,
                content.length < config.bytes() ? "only" : "more than",
                content.length,
                CONFIG,
                config.bytes()));
      }
      return content;
    } catch (IOException e) {
      throw missing(source, WEIGHTS, e);
    }
  }

  private static DogVisionException missing(String source, String name, IOException e) {
    String file = source + "/" + name;
    return e instanceof NoSuchFileException
        ? new DamagedFileException(
            file, source + " is not a whole model: " + name + " is missing in it", e)
        : new DogVisionException(file + " can't be read: " + e, e);
  }

  static Path saveIn(TrainedModel model, Path parent, String suffix, LocalDateTime now) {
    String name = NAME.format(now) + (suffix.isEmpty() ? "" : "-" + suffix);
    for (int attempt = 1; attempt < 10_000; attempt++) {
      Path folder = parent.resolve(attempt == 1 ? name : name + "-" + attempt);
      if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)
          && write(model, folder, ElementType.F32, false)) {
        return folder;
      }
    }
    throw new DogVisionException("no free name for a model in " + parent + ": " + name);
  }

  static void save(TrainedModel model, Path folder, ElementType precision) {
    write(model, folder, precision, true);
  }

  /** Returns false if the place was taken and must not be replaced. */
  private static boolean write(
      TrainedModel model, Path folder, ElementType precision, boolean replace) {
    Path target = folder.toAbsolutePath().normalize();
    Path parent = target.getParent();
    if (parent == null) {
      throw new DogVisionException(folder + " can't hold a model: it is not a folder in another");
    }
    synchronized (ModelFolder.class) {
      refuseForeign(folder, target);
    }
    Path beside = parent.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      Files.createDirectories(parent);
      Files.createDirectory(beside);
      fill(model, beside, precision);
      return place(beside, folder, target, replace);
    } catch (IOException | UncheckedIOException e) {
      throw new DogVisionException(folder + " can't be written: " + e, e);
    } finally {
      deleteQuietly(beside);
    }
  }

  /** Another thread or process may replace the folder at any moment: gone is as good as empty. */
  private static void refuseForeign(Path folder, Path target) {
    if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try {
      if (!Files.readAttributes(target, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .isDirectory()) {
        throw new DogVisionException(
            folder + " exists and is not a folder: choose another place for the model");
      }
      List<String> names = names(target);
      if (!names.isEmpty() && !isModel(target)) {
        if (!Files.exists(target.resolve(names.get(0)), LinkOption.NOFOLLOW_LINKS)
            || isModel(target)) {
          return;
        }
        throw new DogVisionException(
            folder
                + " holds "
                + names.get(0)
                + (names.size() > 1 ? " and " + (names.size() - 1) + " more" : "")
                + ", but no model: nothing was written. Choose an empty or a new folder");
      }
    } catch (NoSuchFileException e) {
      LOG.debug("{} is being replaced", target);
    } catch (IOException e) {
      throw new DogVisionException(folder + " can't be read: " + e, e);
    }
  }

  private static boolean isModel(Path folder) throws IOException {
    Path config = folder.resolve(CONFIG);
    if (!Files.isRegularFile(config)) {
      return false;
    }
    try (InputStream in = Files.newInputStream(config)) {
      return ModelConfig.isOurs(new String(in.readNBytes(MAXIMUM_CONFIG), StandardCharsets.UTF_8));
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    }
  }

  private static void fill(TrainedModel model, Path folder, ElementType precision)
      throws IOException {
    Safetensors.Builder weights =
        Safetensors.builder()
            .metadata("format", "pt")
            .metadata("architecture", model.architecture().name())
            .metadata("library", "dogvision");
    model.weights().forEach((name, tensor) -> weights.add(name, tensor, precision));
    byte[] content = weights.build().toBytes();
    String sha256 = Hashing.sha256().hashBytes(content).toString();
    String config = ModelConfig.text(model, sha256, content.length, precision);
    String card = ModelCard.text(model);
    WholeFile.writeThrough(folder.resolve(WEIGHTS), out -> out.write(content));
    WholeFile.writeThrough(
        folder.resolve(CARD), out -> out.write(card.getBytes(StandardCharsets.UTF_8)));
    WholeFile.writeThrough(
        folder.resolve(CONFIG), out -> out.write(config.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Puts a folder in its place. A folder can't be exchanged for another in one step, so one that is
   * there is renamed first, and back if the second rename fails.
   */
  private static boolean place(Path beside, Path folder, Path target, boolean replace)
      throws IOException {
    IOException last = null;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      synchronized (ModelFolder.class) {
        refuseForeign(folder, target);
        if (!replace && Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
          return false;
        }
        Path replaced =
            target.resolveSibling("." + target.getFileName() + ".replaced-" + UUID.randomUUID());
        boolean moved = moveIfThere(target, replaced);
        try {
          rename(beside, target);
        } catch (IOException e) {
          if (moved) {
            moveBack(replaced, target);
          }
          if (!(e instanceof FileAlreadyExistsException
              || e instanceof DirectoryNotEmptyException)) {
            throw e;
          }
          last = e; // another process was quicker: replace what it put there
          continue;
        }
        if (moved) {
          keepOthers(replaced, target);
          deleteQuietly(replaced);
        }
        return true;
      }
    }
    throw last == null ? new IOException(target.toString()) : last;
  }

  private static boolean moveIfThere(Path from, Path to) throws IOException {
    try {
      rename(from, to);
      return true;
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private static void moveBack(Path replaced, Path target) {
    try {
      rename(replaced, target);
    } catch (IOException e) {
      LOG.warn("the model that was at {} is now at {}: {}", target, replaced, e.toString());
    }
  }

  private static void rename(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to);
    }
  }

  /** What the user has put beside the model's files goes on to the new folder. */
  private static void keepOthers(Path replaced, Path target) throws IOException {
    for (String name : names(replaced)) {
      if (!FILES.contains(name)) {
        rename(replaced.resolve(name), target.resolve(name));
      }
    }
  }

  private static void deleteQuietly(Path folder) {
    if (!Files.exists(folder, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> doomed = new ArrayList<>();
    try (Stream<Path> entries = Files.walk(folder)) {
      entries.sorted(Comparator.reverseOrder()).forEach(doomed::add);
      for (Path path : doomed) {
        Files.deleteIfExists(path);
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("{} is no longer needed and can't be deleted: {}", folder, e.toString());
    }
  }
}
