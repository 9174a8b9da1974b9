package dev.dogvision.train;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.internal.MalformedJson;
import dev.dogvision.internal.RegularFile;
import dev.dogvision.internal.StrictJson;
import dev.dogvision.internal.WholeFile;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.BreedStatistics;
import dev.dogvision.model.Safetensors;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.model.TransferModel;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Tensor;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A folder of checkpoints: {@code start/}, {@code teacher/}, {@code teacher-2/} and so on, the
 * models that the run started from and learns from; {@code run.json}, its settings, written after
 * both; and {@code epoch-00001.safetensors} and so on, each written beside its place and renamed.
 * Whenever the JVM is killed, every file that has its name is whole.
 */
final class CheckpointFolder implements CheckpointSink {
  private static final String RUN = "run.json";
  private static final String START = "start";
  private static final String TEACHER = "teacher";
  private static final String TEACHERS = "teachers";
  private static final int FORMAT = 2;
  private static final int MOST_SETTINGS = 16 << 20;
  private static final Pattern UNFINISHED =
      Pattern.compile("\\.epoch-\\d{5}\\.safetensors\\..*\\.part");
  private static final Pattern EPOCH_FILE = Pattern.compile("epoch-\\d{5}\\.safetensors");

  private final Path folder;
  private final int keep;
  private final Map<String, Tensor> start;
  private boolean written;

  /** What of a run does not change from epoch to epoch. */
  record Header(
      String runName,
      StartingPoint start,
      TrainingSettings settings,
      List<TrainedModel> teachers,
      LabelledImages training,
      @Nullable LabelledImages validation,
      Engine engine) {}

  private CheckpointFolder(Path folder, int keep, Map<String, Tensor> start, boolean written) {
    this.folder = folder;
    this.keep = keep;
    this.start = start;
    this.written = written;
  }

  /**
   * Opens a folder for a new run.
   *
   * @throws DogVisionException if it can't be written
   * @throws IllegalStateException if it holds a run already, or what is left of one
   */
  static CheckpointFolder create(Path folder, int keep, Header header) {
    if (holdsRun(folder)) {
      throw new IllegalStateException(
          "checkpoints: "
              + folder
              + " holds a run already: go on with it by Trainer.resume(folder), or name another"
              + " folder");
    }
    try {
      Files.createDirectories(folder);
      List<Path> strangers = files(folder);
      if (!strangers.isEmpty()) {
        throw new IllegalStateException(
            "checkpoints: "
                + folder
                + " holds "
                + strangers.get(0).getFileName()
                + " of a run whose "
                + RUN
                + " is missing: name another folder, or remove the "
                + (strangers.size() == 1 ? "file" : strangers.size() + " files"));
      }
      StartingPoint start = header.start();
      Path saved =
          start.model().trained(start.weights(), start.provenance()).save(folder.resolve(START));
      for (int i = 0; i < header.teachers().size(); i++) {
        saved = header.teachers().get(i).save(folder.resolve(teacher(i)));
      }
      writeRun(saved.resolveSibling(RUN), header, keep);
      return new CheckpointFolder(folder, keep, start.weights(), /* written= */ false);
    } catch (IOException e) {
      throw new DogVisionException("checkpoints can't be written to " + folder + ": " + e, e);
    }
  }

  /** The name of a teacher's folder: {@code teacher}, {@code teacher-2} and so on. */
  private static String teacher(int index) {
    return index == 0 ? TEACHER : TEACHER + "-" + (index + 1);
  }

  private static List<TrainedModel> teachers(Path folder, JsonObject json) {
    int count = json.has(TEACHERS) ? JsonField.of(json, TEACHERS).getAsInt() : 1;
    if (count < 1) {
      throw new IllegalArgumentException(TEACHERS + " must be 1 or more, is " + count);
    }
    List<TrainedModel> teachers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      teachers.add(TrainedModel.load(folder.resolve(teacher(i))));
    }
    return teachers;
  }

  /** Whether there is a run in a folder: its settings are written last. */
  static boolean holdsRun(Path folder) {
    return Files.isRegularFile(folder.resolve(RUN));
  }

  private static void writeRun(Path file, Header header, int keep) throws IOException {
    JsonObject json = json(header, keep);
    WholeFile.write(
        file,
        out ->
            out.write(
                new GsonBuilder()
                    .setPrettyPrinting()
                    .create()
                    .toJson(json)
                    .getBytes(StandardCharsets.UTF_8)));
  }

  /** Opens the folder of a run that goes on, perhaps for longer than it was to. */
  static CheckpointFolder goOn(Path folder, int keep, Header header, RunState state) {
    try (Stream<Path> all = Files.list(folder)) { // what a killed run was about to write
      for (Path file :
          all.filter(file -> UNFINISHED.matcher(file.getFileName().toString()).matches())
              .toList()) {
        Files.deleteIfExists(file);
      }
      writeRun(folder.resolve(RUN), header, keep);
    } catch (IOException e) {
      throw new DogVisionException("checkpoints can't be written to " + folder + ": " + e, e);
    }
    return new CheckpointFolder(folder, keep, header.start().weights(), state.epoch() > 0);
  }

  private static JsonObject json(Header header, int keep) {
    JsonObject json = new JsonObject();
    json.addProperty("format", FORMAT);
    json.addProperty("run", header.runName());
    json.addProperty("engine", describe(header.engine()));
    String device = header.start().device();
    if (device != null) {
      json.addProperty("device", device);
    }
    json.addProperty("stages", header.start().stages());
    json.addProperty("keep", keep);
    json.addProperty("trainingData", header.training().fingerprint());
    LabelledImages validation = header.validation();
    if (validation != null) {
      json.addProperty("validationData", validation.fingerprint());
    }
    if (header.teachers().size() > 1) {
      json.addProperty(TEACHERS, header.teachers().size());
    }
    json.add("settings", SettingsJson.write(header.settings()));
    return json;
  }

  static String describe(Engine engine) {
    return engine.name() + ", " + engine.version();
  }

  /**
   * Reads the last whole checkpoint of a folder.
   *
   * @throws DogVisionException if there is none
   */
  static Checkpoint read(Path folder, @Nullable Backbone backbone) {
    Path file = folder.resolve(RUN);
    if (!Files.isRegularFile(file)) {
      throw new DogVisionException(
          folder
              + " holds no checkpoints: it has no "
              + RUN
              + ". Name the folder that was given to Trainer.checkpoints(folder, keep)");
    }
    try {
      JsonObject json =
          StrictJson.object(RegularFile.text(file, MOST_SETTINGS, "a run's settings"));
      int format = JsonField.of(json, "format").getAsInt();
      if (format != FORMAT) {
        throw new MismatchException(
            file.toString(),
            String.format(
                Locale.ROOT,
                "%s has format %s, this version reads format %s",
                file,
                format,
                FORMAT));
      }
      StartingPoint start =
          start(
              backbone == null
                  ? TrainedModel.load(folder.resolve(START))
                  : TrainedModel.load(folder.resolve(START), backbone),
              JsonField.of(json, "stages").getAsInt(),
              json.has("device") ? JsonField.of(json, "device").getAsString() : null);
      TrainingSettings settings =
          SettingsJson.read(JsonField.of(json, "settings").getAsJsonObject());
      List<String> notices = new ArrayList<>();
      String runName = JsonField.of(json, "run").getAsString();
      return new Checkpoint(
          runName,
          start,
          settings,
          settings.loss().distillation() == null ? List.of() : teachers(folder, json),
          JsonField.of(json, "keep").getAsInt(),
          JsonField.of(json, "trainingData").getAsString(),
          json.has("validationData") ? JsonField.of(json, "validationData").getAsString() : null,
          JsonField.of(json, "engine").getAsString(),
          lastWhole(folder, runName, start.weights(), notices),
          List.copyOf(notices));
    } catch (IOException
        | JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | UnsupportedOperationException e) {
      throw new DamagedFileException(
          file.toString(), file + " is not a run's settings: " + MalformedJson.reason(e), e);
    }
  }

  private static StartingPoint start(TrainedModel model, int stages, @Nullable String device) {
    BreedStatistics known = model.statistics().orElse(null);
    if (known != null && known.labels().size() < model.labels().size()) {
      TransferModel.Extension extension = TransferModel.from(model); // breeds were being added
      if (device != null) {
        extension.device(device);
      }
      return new StartingPoint(extension.build(), model.weights(), model.provenance());
    }
    TransferModel.Builder builder = TransferModel.of(Backbone.of(model)).labels(model.labels());
    if (stages > 0) {
      builder.fineTuneLast(stages);
    }
    if (device != null) {
      builder.device(device);
    }
    return new StartingPoint(builder.build(), model.weights(), model.provenance());
  }

  private static @Nullable Path lastWhole(
      Path folder, String runName, Map<String, Tensor> start, List<String> notices)
      throws IOException {
    List<Path> files = files(folder);
    Collections.reverse(files);
    for (Path file : files) {
      try {
        int epoch = Checkpoint.readState(file, runName, start).epoch();
        if (epoch > 0) {
          return file;
        }
      } catch (DogVisionException | JsonParseException e) {
        notices.add("passed over a checkpoint: " + e.getMessage());
      }
    }
    return null;
  }

  /** The checkpoints, oldest first. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.list(folder)) {
      return new ArrayList<>(
          all.filter(Files::isRegularFile)
              .filter(file -> EPOCH_FILE.matcher(file.getFileName().toString()).matches())
              .sorted()
              .toList());
    }
  }

  @Override
  public boolean isOn() {
    return true;
  }

  @Override
  public @Nullable Path last() {
    return written ? folder : null;
  }

  @Override
  public void write(RunState state, EventDispatcher dispatcher) {
    Path file = folder.resolve(String.format(Locale.ROOT, "epoch-%05d.safetensors", state.epoch()));
    Safetensors content = Checkpoint.write(state, start);
    boolean whole =
        dispatcher.write(
            "checkpoint",
            "the checkpoint " + file,
            () -> {
              if (!holdsRun(folder)) {
                // In a folder that is made anew, nobody could resume from an epoch.
                written = false;
                throw new IOException(folder.resolve(RUN) + " was removed meanwhile");
              }
              WholeFile.write(file, content::writeTo);
              // What comes after this epoch was passed over, and is no reason to drop this one.
              List<Path> files =
                  files(folder).stream().filter(each -> each.compareTo(file) <= 0).toList();
              for (Path old : files.subList(0, Math.max(0, files.size() - keep))) {
                Files.deleteIfExists(old);
              }
            });
    if (whole) {
      written = true;
      dispatcher.dispatch(new TrainingEvent.CheckpointWritten(folder, state.epoch()));
    }
  }
}
