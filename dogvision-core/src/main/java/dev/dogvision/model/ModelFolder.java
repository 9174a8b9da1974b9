package dev.dogvision.model;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableMap;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingOutputStream;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.ModelNotFoundException;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.internal.FolderLock;
import dev.dogvision.internal.RegularFile;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.model.Safetensors.ElementType;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Tensor;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import java.util.zip.CheckedOutputStream;
import java.util.zip.Checksum;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes models to folders and reads them back.
 *
 * <p>{@code config.json} decides which model a folder holds: it names its weights by their SHA-256.
 * New weights come to lie beside the old ones as {@code model-<sha256>.safetensors}; then one
 * rename puts the new config in place of the old; then the weights take the name {@code
 * model.safetensors}. Whenever the process dies, the folder holds all of the old model or all of
 * the new one, and the next save removes what is left over. Nothing else in the folder is touched.
 */
final class ModelFolder {
  static final String CONFIG = "config.json";
  static final String WEIGHTS = "model.safetensors";
  static final String CARD = "README.md";

  private static final Logger LOG = LoggerFactory.getLogger(ModelFolder.class);
  private static final Pattern NOT_YET_NAMED =
      Pattern.compile(
          "\\.(config\\.json|model\\.safetensors|README\\.md)"
              + "\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\\.next");
  private static final Pattern NEXT_WEIGHTS = Pattern.compile("model-([0-9a-f]{64})\\.safetensors");
  private static final int MAXIMUM_CONFIG = 16 << 20;
  private static final int ATTEMPTS = 20;

  /** The bytes of the widest element that is read. */
  private static final int WIDEST_ELEMENT = 8;

  /** Room for a header and for what batch normalisation counts. */
  private static final int MOST_BESIDE_TENSORS = 1 << 20;

  private ModelFolder() {}

  /** Where a model's files are. */
  @FunctionalInterface
  interface FileSource {
    InputStream open(String fileName) throws IOException;

    /** The name of the file of weights with a SHA-256. */
    default String weights(String sha256) {
      return WEIGHTS;
    }

    /**
     * Whether they are resources of the program, which nobody replaces while it runs. Damage by
     * whatever packed them is found by a checksum that takes a hundredth of SHA-256's time, and
     * that time is a tenth of a short program's.
     */
    default boolean comeWithTheProgram() {
      return true;
    }
  }

  private record Folder(Path path) implements FileSource {
    @Override
    public InputStream open(String fileName) throws IOException {
      return RegularFile.open(path.resolve(fileName), "a file of the model");
    }

    @Override
    public String weights(String sha256) {
      String next = nextWeights(sha256);
      boolean isThere = NEXT_WEIGHTS.matcher(next).matches() && Files.exists(path.resolve(next));
      return isThere ? next : WEIGHTS;
    }

    @Override
    public boolean comeWithTheProgram() {
      return false;
    }
  }

  private static String nextWeights(String sha256) {
    return "model-" + sha256 + ".safetensors";
  }

  /**
   * Loads a model. Where one is replaced between the reading of its config and of its weights, the
   * two don't fit, so what fails is read again as long as the folder changes.
   */
  static TrainedModel load(Path folder, @Nullable Backbone backbone) {
    for (int attempt = 1; ; attempt++) {
      Object before = state(folder);
      try {
        return loadOnce(folder, backbone);
      } catch (DogVisionException e) {
        if (attempt == ATTEMPTS || before.equals(state(folder)) || !pause()) {
          throw e;
        }
      }
    }
  }

  /** What tells a folder from itself with other files in it. */
  private static Object state(Path folder) {
    return List.of(state(folder, CONFIG), state(folder, WEIGHTS));
  }

  private static Object state(Path folder, String name) {
    try {
      BasicFileAttributes attributes =
          Files.readAttributes(folder.resolve(name), BasicFileAttributes.class);
      return List.of(
          String.valueOf(attributes.fileKey()), attributes.lastModifiedTime(), attributes.size());
    } catch (IOException e) {
      return List.of();
    }
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

  private static TrainedModel loadOnce(Path folder, @Nullable Backbone backbone) {
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
    return load(folder.toString(), new Folder(folder), backbone);
  }

  /** A save by an earlier version that was killed left the old model beside its place. */
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

  static TrainedModel load(String source, FileSource files, @Nullable Backbone backbone) {
    ModelConfig config = ModelConfig.parse(source + "/" + CONFIG, text(source, files));
    config.checkConsent(source, backbone);
    long values = checkSize(source, config);
    String name = files.weights(config.sha256());
    byte[] weights = weights(source, files, name, config, values);
    if (files.comeWithTheProgram() && config.crc32c().isPresent()) {
      checkSum(source, name, "CRC-32C", crc32c(weights), config.crc32c().get());
    } else {
      checkSum(source, name, "SHA-256", sha256(weights), config.sha256());
    }
    return config.model(source, Safetensors.wrap(weights, source + "/" + name));
  }

  private static void checkSum(
      String source, String name, String kind, String found, String expected) {
    if (!found.equals(expected)) {
      throw new DamagedFileException(
          source + "/" + name,
          String.format(
              Locale.ROOT,
              "%s/%s is damaged: its %s is %s, %s says %s; copy or train the model again",
              source,
              name,
              kind,
              found,
              CONFIG,
              Excerpt.of(expected)));
    }
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

  /**
   * Refuses weights that the network can't need before a byte of them is read.
   *
   * @return how many values the network needs
   */
  private static long checkSize(String source, ModelConfig config) {
    NetworkPlan plan = config.plan();
    long most = MOST_BESIDE_TENSORS;
    long values = 0;
    for (List<Integer> shape : plan.tensorShapes(plan.whole()).values()) {
      long size = 1;
      for (int dimension : shape) {
        size *= dimension;
      }
      values += size;
      // A bias may come as the four vectors of a batch normalisation and one of its own.
      most += (shape.size() == 1 ? 5 * size : size) * WIDEST_ELEMENT;
    }
    // What is remembered of photographs: a mean and a number for each breed, and a spread.
    most += (config.remembered() + 1L) * (plan.embeddingSize() + 1L) * WIDEST_ELEMENT;
    if (config.bytes() > most) {
      throw new DamagedFileException(
          source + "/" + CONFIG,
          String.format(
              Locale.ROOT,
              "%s/%s says that the weights have %,d bytes; the network that it describes needs at"
                  + " most %,d. Copy or train the model again",
              source,
              CONFIG,
              config.bytes(),
              most));
    }
    return values;
  }

  private static byte[] weights(
      String source, FileSource files, String name, ModelConfig config, long values) {
    String file = source + "/" + name;
    try (InputStream in = files.open(name)) {
      byte[] content = Safetensors.memory(file, config.bytes(), values);
      int length = in.readNBytes(content, 0, content.length);
      if (length < content.length || in.read() >= 0) {
        throw new DamagedFileException(
            file,
            String.format(
                Locale.ROOT,
                "%s holds %s %s bytes, %s says %s; copy or train the model again",
                file,
                length < content.length ? "only" : "more than",
                length,
                CONFIG,
                config.bytes()));
      }
      return content;
    } catch (IOException e) {
      throw missing(source, name, e);
    }
  }

  /** By Java's own classes: each start of an application would load a dozen of Guava's for it. */
  private static String sha256(byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  private static String crc32c(byte[] content) {
    CRC32C sum = new CRC32C();
    sum.update(content);
    return hex(sum);
  }

  private static String hex(Checksum sum) {
    return HexFormat.of().toHexDigits((int) sum.getValue());
  }

  private static DogVisionException missing(String source, String name, IOException e) {
    String file = source + "/" + name;
    return e instanceof NoSuchFileException
        ? new DamagedFileException(
            file, source + " is not a whole model: " + name + " is missing in it", e)
        : new DogVisionException(file + " can't be read: " + e, e);
  }

  static Path saveIn(TrainedModel model, Path parent, String suffix, LocalDateTime now) {
    // Not a constant, for which each start of an application would load fifty classes.
    String name =
        DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT).format(now)
            + (suffix.isEmpty() ? "" : "-" + suffix);
    for (int attempt = 1; attempt < 10_000; attempt++) {
      Path folder = parent.resolve(attempt == 1 ? name : name + "-" + attempt);
      try {
        WholeFile.createFolders(parent.toAbsolutePath());
        Files.createDirectory(folder); // only one can make it, so only one writes to it
        WholeFile.forceFolder(parent);
      } catch (FileAlreadyExistsException e) {
        continue;
      } catch (IOException e) {
        throw new DogVisionException(folder + " can't be written: " + e, e);
      }
      write(model, folder, ElementType.F32, true);
      return folder;
    }
    throw new DogVisionException("no free name for a model in " + parent + ": " + name);
  }

  static void save(TrainedModel model, Path folder, ElementType precision) {
    Path target = target(folder);
    if (target.getParent() == null) {
      throw new DogVisionException(folder + " can't hold a model: it is not a folder in another");
    }
    refuseForeign(folder, target);
    try {
      boolean isNew = !Files.exists(target);
      WholeFile.createFolders(target);
      write(model, folder, precision, isNew);
    } catch (IOException e) {
      throw new DogVisionException(folder + " can't be written: " + e, e);
    }
  }

  /** The folder itself, where a link such as {@code current} leads to one. */
  private static Path target(Path folder) {
    try {
      return folder.toRealPath();
    } catch (IOException e) {
      return folder.toAbsolutePath().normalize(); // there is none yet
    }
  }

  private static void write(TrainedModel model, Path folder, ElementType precision, boolean isNew) {
    Path target = target(folder);
    boolean written = false;
    try (FolderLock lock = FolderLock.of(target)) {
      refuseForeign(folder, target);
      if (lock.keepsProcessesApart()) {
        removeLeftovers(target);
      }
      try {
        replace(model, target, precision);
        written = true;
      } finally {
        if (lock.keepsProcessesApart()) {
          removeLeftovers(target);
        }
      }
    } catch (IOException | UncheckedIOException e) {
      throw new DogVisionException(folder + " can't be written: " + e, e);
    } finally {
      if (!written && isNew) {
        removeIfEmpty(target);
      }
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
      List<String> names =
          names(target).stream().filter(name -> !isOfUnfinishedSave(name)).toList();
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
    return ModelConfig.isOurs(configText(folder));
  }

  /** What the config says, as far as it is read at all; empty where there is none. */
  private static String configText(Path folder) throws IOException {
    Path config = folder.resolve(CONFIG);
    if (!Files.isRegularFile(config)) {
      return "";
    }
    try (InputStream in = Files.newInputStream(config)) {
      return new String(in.readNBytes(MAXIMUM_CONFIG), StandardCharsets.UTF_8);
    } catch (NoSuchFileException e) {
      return "";
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.map(entry -> String.valueOf(entry.getFileName())).sorted().toList();
    }
  }

  /** Whether a name is one that a save gives to what it has not finished. */
  private static boolean isOfUnfinishedSave(String name) {
    return name.equals(FolderLock.FILE)
        || NOT_YET_NAMED.matcher(name).matches()
        || NEXT_WEIGHTS.matcher(name).matches();
  }

  private static void replace(TrainedModel model, Path folder, ElementType precision)
      throws IOException {
    String unfinished = "." + UUID.randomUUID() + ".next";
    Path weights = folder.resolve("." + WEIGHTS + unfinished);
    Path config = folder.resolve("." + CONFIG + unfinished);
    Path card = folder.resolve("." + CARD + unfinished);
    try {
      Sums sums = writeWeights(model, weights, precision);
      byte[] text =
          ModelConfig.text(model, sums.sha256(), sums.crc32c(), Files.size(weights), precision)
              .getBytes(StandardCharsets.UTF_8);
      checkReadable(text);
      write(config, text);
      write(card, ModelCard.text(model).getBytes(StandardCharsets.UTF_8));
      Path next = folder.resolve(nextWeights(sums.sha256()));
      WholeFile.move(weights, next);
      WholeFile.forceFolder(folder);
      WholeFile.move(config, folder.resolve(CONFIG)); // from here on it is the new model
      WholeFile.forceFolder(folder);
      giveUsualNames(next, card, folder);
    } finally {
      for (Path file : List.of(weights, config, card)) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** What tells a file from a damaged one. */
  private record Sums(String sha256, String crc32c) {}

  private static Sums writeWeights(TrainedModel model, Path file, ElementType precision)
      throws IOException {
    Map<String, String> metadata =
        ImmutableMap.of(
            "format", "pt", "architecture", model.architecture().name(), "library", "dogvision");
    AtomicReference<Sums> sums = new AtomicReference<>();
    WholeFile.writeThrough(
        file,
        out -> {
          CheckedOutputStream checked = new CheckedOutputStream(out, new CRC32C());
          HashingOutputStream hashing = new HashingOutputStream(Hashing.sha256(), checked);
          Map<String, Tensor> tensors = new LinkedHashMap<>(model.weights());
          boolean small = precision == ElementType.F16;
          model
              .statistics()
              .ifPresent(known -> tensors.putAll(new TreeMap<>(known.tensors(small))));
          Safetensors.write(
              hashing,
              metadata,
              tensors,
              name -> small && name.equals(BreedStatistics.MEANS) ? ElementType.U8 : precision);
          hashing.flush();
          sums.set(new Sums(hashing.hash().toString(), hex(checked.getChecksum())));
        });
    return requireNonNull(sums.get());
  }

  /** What nobody could load again is not saved over what can be loaded. */
  private static void checkReadable(byte[] config) throws IOException {
    if (config.length > MAXIMUM_CONFIG) {
      throw new IOException(
          String.format(
              Locale.ROOT,
              "labels and provenance take %,d bytes in %s, of which %,d could be read again",
              config.length,
              CONFIG,
              MAXIMUM_CONFIG));
    }
  }

  private static void write(Path file, byte[] content) throws IOException {
    WholeFile.writeThrough(file, out -> out.write(content));
  }

  /** The model is saved by now, and loads whether or not this succeeds. */
  private static void giveUsualNames(Path next, Path card, Path folder) {
    try {
      WholeFile.move(next, folder.resolve(WEIGHTS));
    } catch (IOException e) {
      LOG.warn(
          "the model is saved at {}, with its weights named {}: {}",
          folder,
          next.getFileName(),
          e.toString());
    }
    try {
      WholeFile.move(card, folder.resolve(CARD));
    } catch (IOException e) {
      LOG.warn("the model is saved at {}, without its card {}: {}", folder, CARD, e.toString());
    }
    WholeFile.forceFolder(folder);
  }

  /**
   * Removes what saves have not finished, but for weights that the config speaks of. What can't be
   * removed stays for the next save.
   */
  private static void removeLeftovers(Path folder) {
    try {
      String config = configText(folder);
      for (String name : names(folder)) {
        Matcher weights = NEXT_WEIGHTS.matcher(name);
        boolean left =
            weights.matches()
                ? !config.contains(weights.group(1))
                : NOT_YET_NAMED.matcher(name).matches();
        if (left && Files.isRegularFile(folder.resolve(name), LinkOption.NOFOLLOW_LINKS)) {
          Files.deleteIfExists(folder.resolve(name));
        }
      }
    } catch (IOException | UncheckedIOException e) {
      LOG.warn("leftovers of a save at {} can't be removed: {}", folder, e.toString());
    }
  }

  private static void removeIfEmpty(Path folder) {
    try {
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      LOG.debug("{} stays: {}", folder, e.toString());
    }
  }
}
