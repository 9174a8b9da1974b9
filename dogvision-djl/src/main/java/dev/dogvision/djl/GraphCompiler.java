package dev.dogvision.djl;

import dev.dogvision.djl.TorchScriptArchive.Attribute;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Precision;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Turns a part of a network and its weights into TorchScript. The text is straight-line code: one
 * call into it runs the whole part, where operation-by-operation DJL would pay for a call and an
 * array each time.
 *
 * <p>Between {@link #enter} and {@link #leave} values are in NCHW order, in channels-last memory,
 * and turned by 180 degrees where {@link Mirroring} says so.
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
   * @param padding what PyTorch's convolution adds on all sides
   * @param padded whether zeros were added to the input before, since they are not the same on all
   *     sides
   * @param input what it takes, padded
   * @param kernel its kernel
   * @param output what it gives, after ReLU6 if it has that
   */
  record Written(
      Convolution convolution,
      int padding,
      boolean padded,
      String input,
      String kernel,
      String output) {}

  private final NetworkPlan plan;
  private final boolean mirrored;
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
    Mirroring mirroring = Mirroring.of(plan, segment);
    this.plan = mirroring.plan();
    this.mirrored = mirroring.mirrored();
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
    String map = compiler.stages(compiler.mirrored ? compiler.turn("x") : "x");
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
    value = mirrored ? turn(value) : value;
    value = segment.from() == 0 ? normalise(value) : value;
    return precision == Precision.FLOAT16
        ? text.assign("torch.to(%s, %d)", value, GraphText.FLOAT16)
        : value;
  }

  /** From a feature map to a segment's output. */
  private String leave(String map) {
    String value = single(mirrored ? turn(map) : map);
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

  private String turn(String value) {
    return text.assign("torch.flip(%s, [2, 3])", value);
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
      for (Convolution convolution : stage.convolutions()) {
        Written written =
            write(
                convolution,
                side(i, convolution),
                value,
                kernel(convolution),
                bias(convolution),
                /* arranged= */ true);
        value = written.output();
      }
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
    float[] values = Weights.require(weights, weight, shape).values();
    attributes.add(Attribute.matrix("head_w", values, shape.get(0), shape.get(1)));
    attributes.add(vector("head_b", bias, plan.classes()));
    return text.assign("torch.linear(%s, self.head_w, self.head_b)", embeddings);
  }

  private String kernel(Convolution convolution) {
    int[] shape = convolution.weightShape();
    List<Integer> dimensions = List.of(shape[0], shape[1], shape[2], shape[3]);
    float[] values =
        Weights.channelsLast(
            Weights.require(weights, convolution.weightName(), dimensions).values(), dimensions);
    if (mirrored) {
      values = Weights.turned(values, dimensions);
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
          String.format("self.%s = torch.to(self.%s, %d)", name, name, GraphText.FLOAT16));
    }
  }

  private Attribute vector(String name, String tensor, int length) {
    return Attribute.vector(name, Weights.require(weights, tensor, List.of(length)).values());
  }

  // ---- one convolution ------------------------------------------------------------------------

  /** The plan that is compiled: with the paddings that apply after turning. */
  NetworkPlan plan() {
    return plan;
  }

  /** The length of the side of what a stage's convolution takes. */
  int side(int stage, Convolution convolution) {
    int side = plan.shapeAt(stage)[0];
    for (Convolution before : plan.stages().get(stage).convolutions()) {
      if (before.equals(convolution)) {
        break;
      }
      side = before.outputSize(side);
    }
    return side;
  }

  /**
   * Writes a convolution.
   *
   * @param side the length of the input's side
   * @param arranged whether the kernel is an attribute that may be arranged once
   */
  Written write(
      Convolution convolution,
      int side,
      String input,
      String kernel,
      String bias,
      boolean arranged) {
    boolean pads = !Mirroring.isSymmetric(convolution, side);
    String padded = pads ? pad(convolution, input, 1) : input;
    int padding = pads ? 0 : convolution.padBefore();
    int stride = convolution.stride();
    int groups = convolution.groups();
    if (kernels == Kernels.ONE_DNN && arranged) {
      preparations.add(
          String.format(
              "%s = ops.mkldnn._reorder_convolution_weight(%s, [%d, %d], [%d, %d], [1, 1], %d,"
                  + " None)",
              kernel, kernel, padding, padding, stride, stride, groups));
      String output =
          text.assign(
              "ops.mkldnn._convolution_pointwise(%s, %s, %s, [%d, %d], [%d, %d], [1, 1], %d, %s,"
                  + " None)",
              padded,
              kernel,
              bias,
              padding,
              padding,
              stride,
              stride,
              groups,
              convolution.relu6()
                  ? "\"hardtanh\", annotate(List[Optional[number]], [0., 6.])"
                  : "\"none\", annotate(List[Optional[number]], [])");
      return new Written(convolution, padding, pads, padded, kernel, output);
    }
    String output =
        text.assign(
            "torch.conv2d(%s, %s, %s, [%d, %d], [%d, %d], [1, 1], %d)",
            padded, kernel, bias, stride, stride, padding, padding, groups);
    if (convolution.relu6()) {
      text.line("%s = torch.hardtanh_(%s, 0., 6.)", output, output);
    }
    return new Written(convolution, padding, pads, padded, kernel, output);
  }

  /** Adds a convolution's zeros, or with a sign of -1 takes them away. */
  String pad(Convolution convolution, String value, int sign) {
    int before = sign * convolution.padBefore();
    int after = sign * convolution.padAfter();
    return text.assign(
        "torch.constant_pad_nd(%s, [%d, %d, %d, %d], 0.)", value, before, after, before, after);
  }
}
