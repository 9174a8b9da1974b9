package dev.dogvision.djl;

import dev.dogvision.Precision;
import dev.dogvision.djl.TorchScriptArchive.Attribute;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/**
 * Turns a part of a network and its weights into TorchScript. The text is straight-line code: one
 * call into it runs the whole part, where operation-by-operation DJL would pay for a call and an
 * array each time.
 *
 * <p>Between {@link #enter} and {@link #leave} values are in NCHW order, in channels-last memory,
 * and turned by 180 degrees where {@link Rotation180} says so.
 */
final class GraphCompiler {
  /** Which operations convolutions are made of. */
  enum Kernels {
    /** Those that every build of PyTorch has, on every device. */
    PLAIN,
    /**
     * Those of oneDNN: ReLU6 within the convolution; frozen kernels are arranged once and not at
     * every call. For the CPU in float32, and not in every build of PyTorch.
     */
    ONE_DNN
  }

  /**
   * A convolution that has been written.
   *
   * @param padding what PyTorch's convolution adds on both sides, for height and width
   * @param padded whether zeros were added to the input before, since they are not the same on all
   *     sides
   * @param input what it takes, padded
   * @param kernel its kernel
   * @param output what it gives, after ReLU6 if it has that
   */
  record Written(
      Convolution convolution,
      String padding,
      boolean padded,
      String input,
      String kernel,
      String output) {}

  private final NetworkPlan plan;
  private final boolean rotated;
  private final Segment segment;
  private final Map<String, Tensor> weights;
  private final Precision precision;
  private final Kernels kernels;
  private final GraphText text;
  private final List<Attribute> attributes = new ArrayList<>();
  private final List<String> preparations = new ArrayList<>();

  GraphCompiler(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Precision precision,
      Kernels kernels,
      GraphText text) {
    Rotation180 rotation = Rotation180.of(plan, segment);
    this.plan = rotation.plan();
    this.rotated = rotation.rotated();
    this.segment = segment;
    this.weights = weights;
    this.precision = precision;
    this.kernels = kernels;
    this.text = text;
  }

  /**
   * Compiles for inference: the methods {@code prepare()}, to be called once, and {@code
   * forward(x)}.
   */
  static TorchScriptArchive forInference(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Precision precision,
      Kernels kernels) {
    GraphText text = new GraphText();
    GraphCompiler compiler = new GraphCompiler(plan, segment, weights, precision, kernels, text);
    int stages = plan.stages().size();
    text.method("forward", "x: Tensor", "Tensor");
    String value = "x";
    if (segment.from() <= stages) {
      value = compiler.stages(compiler.enter("x"));
      value = segment.to() <= stages ? compiler.leave(value) : compiler.embeddings(value);
    }
    text.line("return %s", segment.to() == plan.logitsPosition() ? compiler.head(value) : value);
    compiler.prepare();
    return compiler.archive();
  }

  /**
   * Compiles the whole network for DJL's own {@code Criteria}: the method {@code forward(x)}, from
   * bytes in NHWC order or from floats in NCHW order, normalised already, to logits. Nothing needs
   * to be called before it, and any device will do.
   */
  static TorchScriptArchive forDjl(NetworkPlan plan, Map<String, Tensor> weights) {
    GraphText text = new GraphText();
    GraphCompiler compiler =
        new GraphCompiler(plan, plan.whole(), weights, Precision.FLOAT32, Kernels.PLAIN, text);
    text.method("normalise", "x: Tensor", "Tensor");
    text.line("return %s", compiler.normalise(text.assign("torch.permute(x, [0, 3, 1, 2])")));
    text.method("logits", "x: Tensor", "Tensor");
    String map = compiler.stages(compiler.turn("x"));
    text.line("return %s", compiler.head(compiler.embeddings(map)));
    text.method("forward", "x: Tensor", "Tensor");
    text.line("if torch.eq(ops.prim.dtype(x), %d):", GraphText.UINT8);
    text.line("  n = (self).normalise(x, )");
    text.line("else:");
    text.line("  n = x");
    text.line("return (self).logits(n, )");
    return compiler.archive();
  }

  /** The module, once its text is complete. */
  TorchScriptArchive archive() {
    return new TorchScriptArchive(text.toString(), attributes);
  }

  void add(Attribute attribute) {
    attributes.add(attribute);
  }

  /** Writes the method {@code prepare()}, after all others. */
  void prepare() {
    text.method("prepare", "", "int");
    preparations.forEach(preparation -> text.line("%s", preparation));
    text.line("return 0");
  }

  // ---- from data in NHWC order, and back to it ------------------------------------------------

  /** From the segment's input to its first stage. */
  String enter(String input) {
    String value = text.assign("torch.permute(%s, [0, 3, 1, 2])", input);
    value = turn(value);
    value = segment.from() == 0 ? normalise(value) : value;
    return precision == Precision.FLOAT16
        ? text.assign("torch.to(%s, %d)", value, GraphText.FLOAT16)
        : value;
  }

  /** From a feature map to a segment's output. */
  private String leave(String map) {
    String value = single(turn(map));
    return text.assign(
        "torch.contiguous(%s)", text.assign("torch.permute(%s, [0, 2, 3, 1])", value));
  }

  /** From the last feature map to embeddings. */
  String embeddings(String map) {
    return text.assign("torch.mean(%s, [2, 3])", single(map));
  }

  private String single(String value) {
    return precision == Precision.FLOAT16
        ? text.assign("torch.to(%s, %d)", value, GraphText.FLOAT32)
        : value;
  }

  /** By 180 degrees, where the network is turned. */
  private String turn(String value) {
    return rotated ? text.assign("torch.flip(%s, [2, 3])", value) : value;
  }

  private String normalise(String bytes) {
    String value = text.assign("torch.to(%s, %d)", bytes, GraphText.FLOAT32);
    text.line("%s = torch.sub_(%s, %s)", value, value, perChannel("mean", plan.channelMeans()));
    text.line("%s = torch.div_(%s, %s)", value, value, perChannel("scale", plan.channelScales()));
    return value;
  }

  /** A number where the channels agree, otherwise a buffer of three. */
  private String perChannel(String name, List<Double> values) {
    if (values.stream().distinct().count() == 1) {
      return GraphText.number(values.get(0));
    }
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    attributes.add(new Attribute(name, floats, new int[] {1, 3, 1, 1}, new int[] {3, 1, 1, 1}));
    return "self." + name;
  }

  // ---- the network, frozen --------------------------------------------------------------------

  /** All of the segment's stages. */
  private String stages(String input) {
    return stages(input, Math.min(segment.to(), plan.stages().size()));
  }

  /** The segment's stages up to the given one, frozen. */
  String stages(String input, int to) {
    String value = input;
    for (int i = segment.from(); i < to; i++) {
      Stage stage = plan.stages().get(i);
      String before = value;
      value = last(convolutions(i, value, this::kernel, this::bias, kernels)).output();
      if (stage.residual()) {
        text.line("%s = torch.add_(%s, %s)", value, value, before);
      }
    }
    return value;
  }

  /** From embeddings to logits, frozen. */
  private String head(String embeddings) {
    String weight = plan.headName() + ".weight";
    String bias = plan.headName() + ".bias";
    List<Integer> shape = List.of(plan.classes(), plan.embeddingSize());
    float[] values = Tensor.required(weights, weight, shape).values();
    attributes.add(Attribute.matrix("head_w", values, shape.get(0), shape.get(1)));
    attributes.add(vector("head_b", bias, plan.classes()));
    return text.assign("torch.linear(%s, self.head_w, self.head_b)", embeddings);
  }

  private String kernel(Convolution convolution) {
    int[] shape = convolution.weightShape();
    List<Integer> dimensions = List.of(shape[0], shape[1], shape[2], shape[3]);
    float[] values =
        Weights.channelsLast(
            Tensor.required(weights, convolution.weightName(), dimensions).values(), dimensions);
    if (rotated) {
      values = Weights.rotated(values, dimensions);
    }
    String name = "w" + attributes.size();
    attributes.add(Attribute.kernel(name, values, shape));
    halve(name);
    return "self." + name;
  }

  private String bias(Convolution convolution) {
    String name = "b" + attributes.size();
    attributes.add(vector(name, convolution.biasName(), convolution.outputChannels()));
    halve(name);
    return "self." + name;
  }

  private void halve(String name) {
    if (precision == Precision.FLOAT16) {
      preparations.add(
          String.format(
              Locale.ROOT, "self.%s = torch.to(self.%s, %d)", name, name, GraphText.FLOAT16));
    }
  }

  private Attribute vector(String name, String tensor, int length) {
    return Attribute.vector(name, Tensor.required(weights, tensor, List.of(length)).values());
  }

  // ---- convolutions, frozen or not ------------------------------------------------------------

  /** The plan that is compiled: with the paddings that apply after turning. */
  NetworkPlan plan() {
    return plan;
  }

  /**
   * Writes a stage's convolutions, one after the other.
   *
   * @param stage the stage's index
   * @param input what the first of them takes
   * @param kernel gives a convolution's kernel: an attribute, if it is for oneDNN, which arranges
   *     it once
   * @param bias gives a convolution's bias
   * @param operations what they are made of
   */
  List<Written> convolutions(
      int stage,
      String input,
      Function<Convolution, String> kernel,
      Function<Convolution, String> bias,
      Kernels operations) {
    List<Written> written = new ArrayList<>();
    String value = input;
    int side = plan.shapeAt(stage)[0];
    for (Convolution convolution : plan.stages().get(stage).convolutions()) {
      boolean padded = !Rotation180.isSymmetric(convolution, side);
      String padding = padded ? "[0, 0]" : both(convolution.padBefore());
      value = padded ? pad(convolution, value, 1) : value;
      String weight = kernel.apply(convolution);
      String output =
          operations == Kernels.ONE_DNN
              ? oneDnn(convolution, padding, value, weight, bias.apply(convolution))
              : plain(convolution, padding, value, weight, bias.apply(convolution));
      written.add(new Written(convolution, padding, padded, value, weight, output));
      value = output;
      side = convolution.outputSize(side);
    }
    return written;
  }

  private String oneDnn(
      Convolution convolution, String padding, String input, String kernel, String bias) {
    String stride = both(convolution.stride());
    preparations.add(
        String.format(
            Locale.ROOT,
            "%s = ops.mkldnn._reorder_convolution_weight(%s, %s, %s, [1, 1], %d, None)",
            kernel,
            kernel,
            padding,
            stride,
            convolution.groups()));
    return text.assign(
        "ops.mkldnn._convolution_pointwise(%s, %s, %s, %s, %s, [1, 1], %d, %s, None)",
        input,
        kernel,
        bias,
        padding,
        stride,
        convolution.groups(),
        convolution.relu6()
            ? "\"hardtanh\", annotate(List[Optional[number]], [0., 6.])"
            : "\"none\", annotate(List[Optional[number]], [])");
  }

  private String plain(
      Convolution convolution, String padding, String input, String kernel, String bias) {
    String output =
        text.assign(
            "torch.conv2d(%s, %s, %s, %s, %s, [1, 1], %d)",
            input, kernel, bias, both(convolution.stride()), padding, convolution.groups());
    if (convolution.relu6()) {
      text.line("%s = torch.hardtanh_(%s, 0., 6.)", output, output);
    }
    return output;
  }

  /** The same number for height and width. */
  static String both(int number) {
    return String.format(Locale.ROOT, "[%d, %d]", number, number);
  }

  static Written last(List<Written> written) {
    return written.get(written.size() - 1);
  }

  /** Adds a convolution's zeros, or with a sign of -1 takes them away. */
  String pad(Convolution convolution, String value, int sign) {
    int before = sign * convolution.padBefore();
    int after = sign * convolution.padAfter();
    return text.assign(
        "torch.constant_pad_nd(%s, [%d, %d, %d, %d], 0.)", value, before, after, before, after);
  }
}
