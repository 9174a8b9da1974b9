package dev.dogvision.train;

import com.google.common.collect.ImmutableList;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.internal.Excerpt;
import dev.dogvision.internal.Fingerprints;
import dev.dogvision.internal.MalformedJson;
import dev.dogvision.internal.StrictJson;
import dev.dogvision.model.Backbone;
import dev.dogvision.model.ConfidenceThreshold;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.Safetensors;
import dev.dogvision.model.TrainedModel;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.Tensor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A run that can be taken up again.
 *
 * @param runName what the run is called
 * @param start what the run started from
 * @param settings how it is trained
 * @param teachers those of a distillation; none without
 * @param kept how many checkpoints the folder keeps
 * @param trainingData the training data's fingerprint
 * @param validationData the validation data's fingerprint; null without
 * @param engine name and version of the engine it was trained with
 * @param file the checkpoint's file; null if the run has not finished an epoch
 * @param notices what was passed over
 */
record Checkpoint(
    String runName,
    StartingPoint start,
    TrainingSettings settings,
    List<TrainedModel> teachers,
    int kept,
    String trainingData,
    @Nullable String validationData,
    String engine,
    @Nullable Path file,
    List<String> notices) {
  private static final String FORMAT = "dogvision-checkpoint-2";
  private static final String WEIGHTS = "weights/";
  private static final String CHOSEN = "chosen/";
  private static final String OPTIMIZER = "optimizer/";

  /** Reads what a folder holds, without the state itself, which is read when it is needed. */
  static Checkpoint readLatest(Path folder, @Nullable Backbone backbone) {
    return CheckpointFolder.read(folder, backbone);
  }

  /** Where the run stands; new at each call, since a run changes it. */
  RunState state() {
    return file == null
        ? new RunState(runName, start.weights())
        : readState(file, runName, start.weights());
  }

  /** What whoever resumes the run should know. */
  List<String> notices(Engine present) {
    String now = CheckpointFolder.describe(present);
    if (now.equals(engine)) {
      return notices;
    }
    return ImmutableList.<String>builder()
        .addAll(notices)
        .add(
            "the run was begun with "
                + engine
                + " and goes on with "
                + now
                + ": the last bits of its weights may differ")
        .build();
  }

  void checkData(LabelledImages training, @Nullable LabelledImages validation) {
    check("training", trainingData, training.fingerprint());
    String given = validation == null ? null : validation.fingerprint();
    if (given == null && validationData != null) {
      throw new IllegalArgumentException(
          "the run was validated on data, and fit was called without: call fit(training,"
              + " validation) with the same data as before");
    }
    if (given != null) {
      check("validation", validationData == null ? "none" : validationData, given);
    }
  }

  private static void check(String what, String expected, String given) {
    if (!expected.equals(given)) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "the %s data is not the run's: its fingerprint is %s, the checkpoint's %s; a run can"
                  + " only be resumed with the same photographs, labels and order",
              what,
              shorten(given),
              shorten(expected)));
    }
  }

  private static String shorten(String fingerprint) {
    return fingerprint.length() <= 12 ? fingerprint : fingerprint.substring(0, 12) + "...";
  }

  /**
   * A state as one file's content.
   *
   * @param state the state
   * @param start the weights that the run started from; what still has the same values is left out
   */
  static Safetensors write(RunState state, Map<String, Tensor> start) {
    Map<String, Tensor> tensors = new LinkedHashMap<>();
    addChanged(tensors, WEIGHTS, state.weights, start);
    RunState.Chosen chosen = state.chosen;
    if (chosen != null) {
      addChanged(tensors, CHOSEN, chosen.weights(), start);
    }
    state.optimizerState.forEach((name, tensor) -> tensors.put(OPTIMIZER + name, tensor));
    String json = json(state).toString();
    Safetensors.Builder builder =
        Safetensors.builder()
            .metadata("format", FORMAT)
            .metadata("state", json)
            .metadata("sha256", checksum(json, tensors));
    tensors.forEach(builder::add);
    return builder.build();
  }

  private static void addChanged(
      Map<String, Tensor> tensors,
      String prefix,
      Map<String, Tensor> weights,
      Map<String, Tensor> start) {
    weights.forEach(
        (name, tensor) -> {
          if (!Objects.equals(tensor, start.get(name))) {
            tensors.put(prefix + name, tensor);
          }
        });
  }

  /**
   * Reads a state.
   *
   * @throws DogVisionException if the file is not a whole checkpoint of that run
   */
  static RunState readState(Path file, String runName, Map<String, Tensor> start) {
    Safetensors content = Safetensors.read(file);
    String json = content.metadata().get("state");
    Map<String, Tensor> tensors = content.tensors();
    if (json == null || !FORMAT.equals(content.metadata().get("format"))) {
      throw new MismatchException(file.toString(), file + " is not a checkpoint of this version");
    }
    if (!checksum(json, tensors).equals(content.metadata().get("sha256"))) {
      throw new DamagedFileException(
          file.toString(), file + " is damaged: its content does not match its checksum");
    }
    Map<String, Tensor> weights = new LinkedHashMap<>(start);
    Map<String, Tensor> chosen = new LinkedHashMap<>(start);
    Map<String, Tensor> optimizer = new LinkedHashMap<>();
    tensors.forEach(
        (name, tensor) -> {
          if (name.startsWith(WEIGHTS)) {
            weights.put(name.substring(WEIGHTS.length()), tensor);
          } else if (name.startsWith(CHOSEN)) {
            chosen.put(name.substring(CHOSEN.length()), tensor);
          } else {
            optimizer.put(name.substring(OPTIMIZER.length()), tensor);
          }
        });
    String run;
    RunState state = new RunState(runName, weights);
    state.optimizerState = optimizer;
    try {
      JsonObject fields = StrictJson.object(json);
      run = JsonField.of(fields, "run").getAsString();
      restore(state, fields, chosen);
    } catch (JsonParseException
        | IllegalStateException
        | IllegalArgumentException
        | UnsupportedOperationException e) {
      throw new DamagedFileException(
          file.toString(), file + " is damaged: " + MalformedJson.reason(e), e);
    }
    if (!run.equals(runName)) {
      throw new MismatchException(
          file.toString(),
          file + " is of another run, " + Excerpt.of(run) + ", not of " + Excerpt.of(runName));
    }
    for (Map<String, Tensor> read : List.of(weights, chosen)) {
      checkFits(file, read, start);
    }
    return state;
  }

  /** Refuses weights of another network, however right their checksum is. */
  private static void checkFits(Path file, Map<String, Tensor> read, Map<String, Tensor> start) {
    read.forEach(
        (name, tensor) -> {
          Tensor before = start.get(name);
          if (before == null || !before.shape().equals(tensor.shape())) {
            throw new DamagedFileException(
                file.toString(),
                String.format(
                    Locale.ROOT,
                    "%s is damaged: it holds %s %s, where the run has %s",
                    file,
                    Excerpt.of(name),
                    tensor.shape(),
                    before == null ? "no such weights" : before.shape()));
          }
        });
  }

  private static String checksum(String json, Map<String, Tensor> tensors) {
    Hasher hasher = Hashing.sha256().newHasher();
    hasher.putString(json, StandardCharsets.UTF_8);
    new TreeMap<>(tensors)
        .forEach(
            (name, tensor) -> {
              hasher.putString(name + tensor.shape(), StandardCharsets.UTF_8);
              Fingerprints.putValues(hasher, tensor.values());
            });
    return hasher.hash().toString();
  }

  private static JsonObject json(RunState state) {
    JsonObject json = new JsonObject();
    json.addProperty("run", state.runName);
    json.addProperty("batches", state.batches);
    json.addProperty("firstLoss", state.divergence.first());
    json.addProperty("farOff", state.divergence.inARow());
    json.addProperty("phase", state.phase);
    json.addProperty("epochsInPhase", state.epochsInPhase);
    json.addProperty("updatesInPhase", state.updatesInPhase);
    json.addProperty("epochsWithoutImprovement", state.epochsWithoutImprovement);
    String schedule = state.scheduleState;
    if (schedule != null) {
      json.addProperty("schedule", schedule);
    }
    RunState.Chosen chosen = state.chosen;
    if (chosen != null) {
      json.addProperty("chosenEpoch", chosen.epoch());
      ConfidenceThreshold threshold = chosen.threshold();
      if (threshold != null) {
        json.addProperty("unsureScore", threshold.score().name());
        json.addProperty("unsureBelow", threshold.value());
      }
    }
    JsonArray epochs = new JsonArray();
    for (EpochOutcome epoch : state.history().epochs()) {
      JsonObject each = new JsonObject();
      each.addProperty("epoch", epoch.epoch());
      each.addProperty("phase", epoch.phase());
      JsonObject values = new JsonObject();
      epoch.values().forEach(values::addProperty);
      each.add("values", values);
      each.addProperty("learningRate", epoch.learningRate());
      each.addProperty("nanoseconds", epoch.duration().toNanos());
      epochs.add(each);
    }
    json.add("epochs", epochs);
    return json;
  }

  private static void restore(RunState state, JsonObject json, Map<String, Tensor> chosen) {
    for (JsonElement element : JsonField.of(json, "epochs").getAsJsonArray()) {
      JsonObject epoch = element.getAsJsonObject();
      Map<String, Double> values = new LinkedHashMap<>();
      JsonField.of(epoch, "values")
          .getAsJsonObject()
          .entrySet()
          .forEach(value -> values.put(value.getKey(), value.getValue().getAsDouble()));
      state.add(
          new EpochOutcome(
              JsonField.of(epoch, "epoch").getAsInt(),
              JsonField.of(epoch, "phase").getAsString(),
              JsonField.of(epoch, "learningRate").getAsDouble(),
              Duration.ofNanos(JsonField.of(epoch, "nanoseconds").getAsLong()),
              /* complete= */ true,
              values,
              null));
    }
    state.batches = JsonField.of(json, "batches").getAsLong();
    state.divergence =
        new DivergenceWatch.State(
            JsonField.of(json, "firstLoss").getAsDouble(), JsonField.of(json, "farOff").getAsInt());
    state.phase = JsonField.of(json, "phase").getAsInt();
    state.epochsInPhase = JsonField.of(json, "epochsInPhase").getAsInt();
    state.updatesInPhase = JsonField.of(json, "updatesInPhase").getAsLong();
    state.epochsWithoutImprovement = JsonField.of(json, "epochsWithoutImprovement").getAsInt();
    state.scheduleState =
        json.has("schedule")
            ? StrictJson.object(JsonField.of(json, "schedule").getAsString()).toString()
            : null;
    if (json.has("chosenEpoch")) {
      int epoch = JsonField.of(json, "chosenEpoch").getAsInt();
      if (epoch < 1 || epoch > state.epoch()) {
        throw new JsonParseException("it has chosen epoch " + epoch + " of " + state.epoch());
      }
      state.chosen =
          new RunState.Chosen(
              epoch,
              chosen,
              json.has("unsureBelow")
                  ? new ConfidenceThreshold(
                      Score.valueOf(JsonField.of(json, "unsureScore").getAsString()),
                      JsonField.of(json, "unsureBelow").getAsDouble())
                  : null);
    }
    if (state.phase < 0
        || state.epochsInPhase < 0
        || state.updatesInPhase < 0
        || state.epochsWithoutImprovement < 0
        || state.batches < 0) {
      throw new JsonParseException("it has counted less than nothing");
    }
  }
}
