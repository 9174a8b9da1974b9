package dev.dogvision.model;

import com.google.common.collect.ImmutableMap;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import dev.dogvision.DamagedFileException;
import dev.dogvision.DogVisionException;
import dev.dogvision.MismatchException;
import dev.dogvision.data.Labels;
import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.model.ConfidenceThreshold.Score;
import dev.dogvision.model.MobileNetV2.Padding;
import dev.dogvision.model.Safetensors.ElementType;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Tensor;
import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What {@code config.json} says: everything about a model but the values of its tensors. */
record ModelConfig(
    MobileNetV2 architecture,
    Preprocessing preprocessing,
    Labels labels,
    double temperature,
    Optional<ConfidenceThreshold> confidenceThreshold,
    Map<String, String> provenance,
    String sha256,
    long bytes) {
  private static final String FORMAT = "dogvision-model";
  private static final int VERSION = 1;
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  /** The file's text for a model. */
  static String text(TrainedModel model, String sha256, long bytes, ElementType precision) {
    JsonObject config = new JsonObject();
    config.addProperty("format", FORMAT);
    config.addProperty("version", VERSION);
    JsonObject architecture = new JsonObject();
    architecture.addProperty("name", MobileNetV2.NAME);
    architecture.addProperty("width", model.architecture().width());
    architecture.addProperty("padding", model.architecture().padding().text());
    config.add("architecture", architecture);
    JsonObject preprocessing = new JsonObject();
    preprocessing.addProperty("size", model.preprocessing().size());
    preprocessing.addProperty(
        "resize", model.preprocessing().resizeRule().name().toLowerCase(Locale.ROOT));
    preprocessing.addProperty("crop_fraction", model.preprocessing().cropFraction());
    preprocessing.add("channel_means", GSON.toJsonTree(model.preprocessing().channelMeans()));
    preprocessing.add("channel_scales", GSON.toJsonTree(model.preprocessing().channelScales()));
    config.add("preprocessing", preprocessing);
    config.add("labels", GSON.toJsonTree(model.labels().names()));
    config.addProperty("temperature", model.temperature());
    model
        .confidenceThreshold()
        .ifPresent(
            threshold -> {
              JsonObject unsure = new JsonObject();
              unsure.addProperty("score", threshold.score().text());
              unsure.addProperty("threshold", threshold.value());
              config.add("unsure", unsure);
            });
    JsonObject weights = new JsonObject();
    weights.addProperty("file", ModelFolder.WEIGHTS);
    weights.addProperty("bytes", bytes);
    weights.addProperty("sha256", sha256);
    weights.addProperty("element_type", precision.name());
    config.add("weights", weights);
    JsonObject provenance = new JsonObject();
    model.provenance().forEach(provenance::addProperty);
    config.add("provenance", provenance);
    return GSON.toJson(config) + "\n";
  }

  /** Whether a text is a config of ours, of whatever version. */
  static boolean isOurs(String text) {
    try {
      return new Parser("", text).root.get("format") instanceof JsonPrimitive format
          && format.isString()
          && format.getAsString().equals(FORMAT);
    } catch (DogVisionException e) {
      return false;
    }
  }

  /**
   * Reads a file's text.
   *
   * @throws DogVisionException naming the field that is missing or wrong
   */
  static ModelConfig parse(String source, String text) {
    Parser parser = new Parser(source, text);
    if (!FORMAT.equals(parser.text("format"))) {
      throw parser.wrong("format", "\"" + FORMAT + "\"");
    }
    long version = parser.whole("version", 1, Integer.MAX_VALUE);
    if (version != VERSION) {
      throw new MismatchException(
          source,
          source
              + " is of format version "
              + version
              + ", this version of DogVision reads version "
              + VERSION
              + ": use a newer one");
    }
    if (!MobileNetV2.NAME.equals(parser.text("architecture.name"))) {
      throw parser.wrong("architecture.name", "\"" + MobileNetV2.NAME + "\"");
    }
    int size = (int) parser.whole("preprocessing.size", 16, 2048);
    MobileNetV2 architecture =
        new MobileNetV2(
            parser.number("architecture.width", 0.05, 4),
            size,
            parser.choice("architecture.padding", Padding.values()));
    Optional<ConfidenceThreshold> unsure = Optional.empty();
    if (parser.find("unsure") != null) {
      Score score = parser.choice("unsure.score", Score.values());
      boolean probability = score == Score.MAXIMUM_PROBABILITY;
      double value =
          parser.number("unsure.threshold", probability ? 0 : -1e30, probability ? 1 : 1e30);
      unsure = Optional.of(new ConfidenceThreshold(score, value));
    }
    Preprocessing preprocessing =
        new Preprocessing(
            size,
            parser.choice("preprocessing.resize", ResizeRule.values()),
            parser.number("preprocessing.crop_fraction", 1e-3, 1),
            parser.numbers("preprocessing.channel_means", 0, 255),
            parser.numbers("preprocessing.channel_scales", 1e-6, 1e6));
    if (!ModelFolder.WEIGHTS.equals(parser.text("weights.file"))) {
      throw parser.wrong("weights.file", "\"" + ModelFolder.WEIGHTS + "\"");
    }
    return new ModelConfig(
        architecture,
        preprocessing,
        parser.labels("labels"),
        parser.number("temperature", 1e-6, 1e6),
        unsure,
        parser.strings("provenance"),
        parser.text("weights.sha256"),
        parser.whole("weights.bytes", 0, Integer.MAX_VALUE));
  }

  /** The model, with its tensors checked. */
  TrainedModel model(String source, Safetensors tensors) {
    NetworkPlan plan =
        architecture.plan(
            preprocessing.channelMeans(), preprocessing.channelScales(), labels.size());
    String head = plan.headName() + ".weight";
    if (tensors.names().contains(head)
        && tensors.shape(head).size() == 2
        && tensors.shape(head).get(0) != labels.size()) {
      throw new MismatchException(
          source,
          String.format(
              Locale.ROOT,
              "%s does not fit together: %s has %s labels, the head in %s tells %s apart",
              source,
              ModelFolder.CONFIG,
              labels.size(),
              ModelFolder.WEIGHTS,
              tensors.shape(head).get(0)));
    }
    ImmutableMap<String, Tensor> weights =
        WeightImport.read(source + "/" + ModelFolder.WEIGHTS, tensors, plan, 1e-5);
    return new TrainedModel(
        labels, architecture, preprocessing, weights, temperature, confidenceThreshold, provenance);
  }

  /** Reads fields by their path, with errors that name file and field. */
  private static final class Parser {
    private final String source;
    private final JsonObject root;

    Parser(String source, String text) {
      this.source = source;
      try (JsonReader reader = new JsonReader(new StringReader(text))) {
        JsonElement element = GSON.getAdapter(JsonElement.class).read(reader);
        if (!(element instanceof JsonObject object) || reader.peek() != JsonToken.END_DOCUMENT) {
          throw new DamagedFileException(source, source + " is not a JSON object");
        }
        root = object;
      } catch (IOException
          | JsonParseException
          | IllegalStateException
          | NumberFormatException
          | StackOverflowError e) {
        throw new DamagedFileException(
            source,
            source
                + " is not well-formed JSON: "
                + String.valueOf(e.getMessage()).lines().findFirst().orElse(""),
            e);
      }
    }

    @Nullable JsonElement find(String path) {
      JsonElement element = root;
      for (String key : path.split("\\.", -1)) {
        element = element instanceof JsonObject object ? object.get(key) : null;
      }
      return element;
    }

    DogVisionException wrong(String path, String expected) {
      JsonElement found = find(path);
      String text = found == null ? "" : found.toString();
      return new DamagedFileException(
          source,
          source
              + ": "
              + path
              + (found == null
                  ? " is missing"
                  : " is " + (text.length() > 80 ? text.substring(0, 80) + "..." : text))
              + ", expected "
              + expected);
    }

    String text(String path) {
      if (find(path) instanceof JsonPrimitive primitive && primitive.isString()) {
        return primitive.getAsString();
      }
      throw wrong(path, "a string");
    }

    double number(String path, double least, double most) {
      String expected = "a number in " + least + ".." + most;
      return number(find(path), least, most).orElseThrow(() -> wrong(path, expected));
    }

    private static Optional<Double> number(
        @Nullable JsonElement element, double least, double most) {
      if (!(element instanceof JsonPrimitive primitive)
          || !primitive.isNumber()
          || primitive.getAsString().length() > 50) {
        return Optional.empty();
      }
      double number = primitive.getAsDouble();
      return number >= least && number <= most ? Optional.of(number) : Optional.empty();
    }

    long whole(String path, long least, long most) {
      double number = number(path, (double) least, (double) most);
      if (number != Math.rint(number)) {
        throw wrong(path, "a whole number");
      }
      return (long) number;
    }

    List<Double> numbers(String path, double least, double most) {
      String expected = "3 numbers in " + least + ".." + most;
      List<Double> numbers = new ArrayList<>();
      if (!(find(path) instanceof JsonArray array) || array.size() != 3) {
        throw wrong(path, expected);
      }
      for (JsonElement element : array) {
        numbers.add(number(element, least, most).orElseThrow(() -> wrong(path, expected)));
      }
      return numbers;
    }

    <E extends Enum<E>> E choice(String path, E[] values) {
      List<String> names = new ArrayList<>();
      for (E value : values) {
        String name = value.name().toLowerCase(Locale.ROOT);
        if (find(path) instanceof JsonPrimitive primitive && primitive.getAsString().equals(name)) {
          return value;
        }
        names.add(name);
      }
      throw wrong(path, "one of " + names);
    }

    Labels labels(String path) {
      List<String> names = new ArrayList<>();
      if (!(find(path) instanceof JsonArray array) || array.isEmpty()) {
        throw wrong(path, "an array of names");
      }
      for (JsonElement element : array) {
        if (!(element instanceof JsonPrimitive primitive) || !primitive.isString()) {
          throw wrong(path, "an array of names");
        }
        names.add(primitive.getAsString());
      }
      try {
        return Labels.of(names);
      } catch (IllegalArgumentException e) {
        throw new DamagedFileException(source, source + ": " + path + ": " + e.getMessage(), e);
      }
    }

    Map<String, String> strings(String path) {
      if (!(find(path) instanceof JsonObject object)) {
        throw wrong(path, "an object of strings");
      }
      Map<String, String> strings = new LinkedHashMap<>();
      for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
        if (!(entry.getValue() instanceof JsonPrimitive primitive) || !primitive.isString()) {
          throw wrong(path, "an object of strings");
        }
        strings.put(entry.getKey(), primitive.getAsString());
      }
      return strings;
    }
  }
}
