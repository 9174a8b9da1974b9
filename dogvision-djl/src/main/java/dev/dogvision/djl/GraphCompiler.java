package dev.dogvision.djl;

import com.google.errorprone.annotations.FormatMethod;
import dev.dogvision.djl.ParameterLayout.Group;
import dev.dogvision.djl.ParameterLayout.Slot;
import dev.dogvision.djl.TorchScriptArchive.Attribute;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Optimizer;
import dev.dogvision.spi.Precision;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Turns a part of a network and its weights into TorchScript. The text is straight-line code: one
 * call into it runs the whole part, where operation-by-operation DJL would pay for a call and an
 * array each time.
 *
 * <p>What is frozen becomes a buffer. What trains is one flat parameter, {@code p}, of which the
 * graph takes views, see {@link ParameterLayout}.
 */
final class GraphCompiler {
  /** ATen's numbers of element types. */
  private static final int UINT8 = 0;

  private static final int FLOAT16 = 5;

  private static final int FLOAT32 = 6;
  private static final int FLOAT64 = 7;

  /** Which operations frozen convolutions are made of. */
  enum Kernels {
    /** Those that every build of PyTorch has, on every device. */
    PLAIN,
    /**
     * Those of oneDNN: ReLU6 within the convolution, kernels arranged once and not at every call.
     * For the CPU in float32, and not in every build of PyTorch.
     */
    ONE_DNN
  }

  private final NetworkPlan plan;
  private final Segment segment;
  private final Map<String, Tensor> weights;
  private final Precision precision;
  private final Kernels kernels;
  private final List<Attribute> attributes = new ArrayList<>();
  private final StringBuilder text = new StringBuilder();
  private final Map<String, String> trained = new HashMap<>();
  private final List<String> preparations = new ArrayList<>();
  private int variables;

  private GraphCompiler(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      Precision precision,
      Kernels kernels) {
    this.plan = plan;
    this.segment = segment;
    this.weights = weights;
    this.precision = precision;
    this.kernels = kernels;
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
    GraphCompiler compiler = new GraphCompiler(plan, segment, weights, precision, kernels);
    compiler.method("forward", "x: Tensor", "Tensor");
    String end = compiler.network("x");
    compiler.line("return %s", end);
    compiler.method("prepare", "", "int");
    compiler.preparations.forEach(preparation -> compiler.line("%s", preparation));
    compiler.line("return 0");
    return compiler.archive();
  }

  /**
   * Compiles the whole network for DJL's own {@code Criteria}: the method {@code forward(x)}, from
   * bytes in NHWC order or from floats in NCHW order, normalised already, to logits. Nothing needs
   * to be called before it, and any device will do.
   */
  static TorchScriptArchive forDjl(NetworkPlan plan, Map<String, Tensor> weights) {
    GraphCompiler compiler =
        new GraphCompiler(plan, plan.whole(), weights, Precision.FLOAT32, Kernels.PLAIN);
    compiler.method("normalise", "x: Tensor", "Tensor");
    compiler.line(
        "return %s", compiler.normalise(compiler.assign("torch.permute(x, [0, 3, 1, 2])")));
    compiler.method("logits", "x: Tensor", "Tensor");
    compiler.line("return %s", compiler.stages("x"));
    compiler.method("forward", "x: Tensor", "Tensor");
    compiler.line("if torch.eq(ops.prim.dtype(x), %d):", UINT8);
    compiler.line("  n = (self).normalise(x, )");
    compiler.line("else:");
    compiler.line("  n = x");
    compiler.line("return (self).logits(n, )");
    return compiler.archive();
  }

  /**
   * Compiles for training. The methods:
   *
   * <ul>
   *   <li>{@code prepare(x)}: to be called once; the sum of the weights, to go backward from, so
   *       that there is a gradient from the beginning;
   *   <li>{@code logits(x)};
   *   <li>{@code forward(x, targets, weights)}: the loss, from which to go backward, and the
   *       logits;
   *   <li>{@code distill(x, targets, weights, teacher, softness)}: the same with a teacher, {@code
   *       softness} being the temperature and the share;
   *   <li>{@code update(rates, numbers)}: one rate a group of the layout; the numbers are weight
   *       decay, largest norm, the average's decay, 1 where the average starts anew, the number of
   *       this update. Returns the gradient's norm;
   *   <li>{@code tensor(i)}: the weights, the first and second moment, the average;
   *   <li>{@code put(i, values)}: overwrites one of them;
   *   <li>{@code clear()}: sets the gradient to zero.
   * </ul>
   */
  static TorchScriptArchive forTraining(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      ParameterLayout layout,
      Optimizer optimizer,
      Kernels kernels) {
    GraphCompiler compiler = new GraphCompiler(plan, segment, weights, Precision.FLOAT32, kernels);
    compiler.attributes.add(Attribute.vector("p", layout.flatten(weights), /* trained= */ true));
    for (String name : List.of("m", "v", "a")) {
      compiler.attributes.add(
          Attribute.vector(name, new float[layout.size()], /* trained= */ false));
    }
    compiler.attributes.add(Attribute.vector("kept", new float[1], /* trained= */ false));
    compiler.method("logits", "x: Tensor", "Tensor");
    compiler.splitParameter(layout);
    String end = compiler.network("x");
    compiler.line("return %s", end);
    compiler.step(/* teacher= */ false);
    compiler.step(/* teacher= */ true);
    compiler.update(layout, optimizer);
    compiler.access();
    return compiler.archive();
  }

  private TorchScriptArchive archive() {
    return new TorchScriptArchive(text.toString(), attributes);
  }

  // ---- the network --------------------------------------------------------------------------

  /** The network from its input, a variable's name, to the variable that is returned. */
  private String network(String input) {
    if (segment.from() > plan.stages().size()) {
      return head(input);
    }
    String value = assign("torch.permute(%s, [0, 3, 1, 2])", input);
    return stages(segment.from() == 0 ? normalise(value) : value);
  }

  /** The network from values in NCHW order, normalised already. */
  private String stages(String input) {
    String value = input;
    int stages = plan.stages().size();
    if (precision == Precision.FLOAT16) {
      value = assign("torch.to(%s, %d)", value, FLOAT16);
    }
    for (int i = segment.from(); i < Math.min(segment.to(), stages); i++) {
      value = stage(plan.stages().get(i), value);
    }
    if (precision == Precision.FLOAT16) {
      value = assign("torch.to(%s, %d)", value, FLOAT32);
    }
    if (segment.to() <= stages) {
      return assign("torch.contiguous(%s)", assign("torch.permute(%s, [0, 2, 3, 1])", value));
    }
    return head(assign("torch.mean(%s, [2, 3])", value));
  }

  /** From embeddings to the segment's end. */
  private String head(String embeddings) {
    if (segment.to() != plan.logitsPosition()) {
      return embeddings;
    }
    String weight = plan.headName() + ".weight";
    String bias = plan.headName() + ".bias";
    if (!trained.containsKey(weight)) {
      List<Integer> shape = List.of(plan.classes(), plan.embeddingSize());
      attributes.add(
          Attribute.matrix(
              "head_w",
              Weights.require(weights, weight, shape).values(),
              shape.get(0),
              shape.get(1)));
      attributes.add(vector("head_b", bias, plan.classes()));
    }
    return assign(
        "torch.linear(%s, %s, %s)",
        embeddings,
        trained.getOrDefault(weight, "self.head_w"),
        trained.getOrDefault(bias, "self.head_b"));
  }

  private String normalise(String bytes) {
    String value = assign("torch.to(%s, %d)", bytes, FLOAT32);
    line("%s = torch.sub_(%s, %s)", value, value, perChannel("mean", plan.channelMeans()));
    line("%s = torch.div_(%s, %s)", value, value, perChannel("scale", plan.channelScales()));
    return value;
  }

  /** A number where the channels agree, otherwise a buffer of three. */
  private String perChannel(String name, List<Double> values) {
    if (values.stream().distinct().count() == 1) {
      return number(values.get(0));
    }
    float[] floats = new float[values.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = values.get(i).floatValue();
    }
    attributes.add(
        new Attribute(name, floats, new int[] {1, 3, 1, 1}, new int[] {3, 1, 1, 1}, false));
    return "self." + name;
  }

  private String stage(Stage stage, String input) {
    String value = input;
    for (Convolution convolution : stage.convolutions()) {
      value = convolution(convolution, value);
    }
    if (!stage.residual()) {
      return value;
    }
    List<Convolution> convolutions = stage.convolutions();
    if (convolutions.get(convolutions.size() - 1).relu6()) {
      // The way back through ReLU6 needs its result as it was.
      return assign("torch.add(%s, %s)", value, input);
    }
    line("%s = torch.add_(%s, %s)", value, value, input);
    return value;
  }

  private String convolution(Convolution convolution, String input) {
    String value = input;
    int before = convolution.padBefore();
    int after = convolution.padAfter();
    int padding = after;
    if (before != after && !isWidened(convolution)) {
      value =
          assign(
              "torch.constant_pad_nd(%s, [%d, %d, %d, %d], 0.)",
              value, before, after, before, after);
      padding = 0;
    }
    String kernel = kernel(convolution);
    String bias = bias(convolution);
    int stride = convolution.stride();
    int groups = convolution.groups();
    if (kernels == Kernels.ONE_DNN && !trained.containsKey(convolution.weightName())) {
      preparations.add(
          String.format(
              "%s = ops.mkldnn._reorder_convolution_weight(%s, [%d, %d], [%d, %d], [1, 1], %d,"
                  + " None)",
              kernel, kernel, padding, padding, stride, stride, groups));
      return assign(
          "ops.mkldnn._convolution_pointwise(%s, %s, %s, [%d, %d], [%d, %d], [1, 1], %d, %s, None)",
          value,
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
    }
    value =
        assign(
            "torch.conv2d(%s, %s, %s, [%d, %d], [%d, %d], [1, 1], %d)",
            value, kernel, bias, stride, stride, padding, padding, groups);
    if (convolution.relu6()) {
      line("%s = torch.hardtanh_(%s, 0., 6.)", value, value);
    }
    return value;
  }

  /**
   * Whether a padding of one more after than before is had from a kernel with a row and a column of
   * zeros before it, and a padding of the same all round: PyTorch's convolutions know no other, and
   * copying a feature map into a larger one costs more than the zeros do. Where gradients are taken
   * it is the other way round.
   */
  private boolean isWidened(Convolution convolution) {
    return convolution.padAfter() == convolution.padBefore() + 1
        && !trained.containsKey(convolution.weightName());
  }

  private String kernel(Convolution convolution) {
    String variable = trained.get(convolution.weightName());
    if (variable != null) {
      return variable;
    }
    int[] shape = convolution.weightShape();
    List<Integer> dimensions = List.of(shape[0], shape[1], shape[2], shape[3]);
    float[] values =
        Weights.channelsLast(
            Weights.require(weights, convolution.weightName(), dimensions).values(), dimensions);
    int side = convolution.kernelSize();
    if (isWidened(convolution)) {
      values = Weights.widen(values, shape[0], side, shape[1]);
      side++;
    }
    String name = "w" + attributes.size();
    attributes.add(Attribute.kernel(name, values, shape[0], shape[1], side, side));
    halve(name);
    return "self." + name;
  }

  private String bias(Convolution convolution) {
    String variable = trained.get(convolution.biasName());
    if (variable != null) {
      return variable;
    }
    String name = "b" + attributes.size();
    attributes.add(vector(name, convolution.biasName(), convolution.outputChannels()));
    halve(name);
    return "self." + name;
  }

  private void halve(String name) {
    if (precision == Precision.FLOAT16) {
      preparations.add(String.format("self.%s = torch.to(self.%s, %d)", name, name, FLOAT16));
    }
  }

  private Attribute vector(String name, String tensor, int length) {
    float[] values = Weights.require(weights, tensor, List.of(length)).values();
    return Attribute.vector(name, values, /* trained= */ false);
  }

  // ---- training -----------------------------------------------------------------------------

  /** Takes views of the flat parameter; the way back is one concatenation. */
  private void splitParameter(ParameterLayout layout) {
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < layout.slots().size(); i++) {
      names.append('t').append(i).append(", ");
    }
    line(
        "%s= torch.split_with_sizes(self.p, %s, 0)",
        names, layout.slots().stream().map(Slot::size).toList());
    for (int i = 0; i < layout.slots().size(); i++) {
      Slot slot = layout.slots().get(i);
      List<Integer> shape = slot.shape();
      String view = "t" + i;
      if (slot.isKernel()) {
        List<Integer> channelsLast =
            List.of(shape.get(0), shape.get(2), shape.get(3), shape.get(1));
        view = assign("torch.view(%s, %s)", view, channelsLast);
        view = assign("torch.permute(%s, [0, 3, 1, 2])", view);
      } else if (shape.size() > 1) {
        view = assign("torch.view(%s, %s)", view, shape);
      }
      trained.put(slot.name(), view);
    }
  }

  private void step(boolean teacher) {
    method(
        teacher ? "distill" : "forward",
        "x: Tensor, targets: Tensor, weights: Tensor"
            + (teacher ? ", teacher: Tensor, softness: Tensor" : ""),
        "Tuple[Tensor, Tensor]");
    String logits = assign("(self).logits(x, )");
    String loss = crossEntropy("targets", logits);
    if (teacher) {
      String temperature = assign("torch.select(softness, 0, 0)");
      String share = assign("torch.select(softness, 0, 1)");
      String soft = assign("torch.div(%s, %s)", logits, temperature);
      String expected = assign("torch.div(teacher, %s)", temperature);
      String probabilities = assign("torch.softmax(%s, 1, None)", expected);
      // KL(t || z) is the cross entropy less t's own entropy.
      String divergence =
          assign(
              "torch.sub(%s, %s)",
              crossEntropy(probabilities, soft), crossEntropy(probabilities, expected));
      String factor = assign("torch.mul(torch.mul(%s, %s), %s)", temperature, temperature, share);
      loss =
          assign(
              "torch.add(torch.mul(%s, torch.rsub(%s, 1)), torch.mul(%s, %s))",
              loss, share, divergence, factor);
    }
    String sum = assign("torch.sum(torch.mul(weights, %s), dtype=%d)", loss, FLOAT64);
    line("return (%s, torch.detach(%s))", sum, logits);
  }

  private String crossEntropy(String probabilities, String logits) {
    String logarithms = assign("torch.log_softmax(%s, 1, None)", logits);
    return assign(
        "torch.neg(torch.sum(torch.mul(%s, %s), [1], False, dtype=None))",
        probabilities, logarithms);
  }

  private void update(ParameterLayout layout, Optimizer optimizer) {
    method("update", "rates: List[float], numbers: List[float]", "float");
    line("g = ops.prim.grad(self.p)");
    line("norm = float(torch.linalg_vector_norm(g, 2, None, False, dtype=%d))", FLOAT64);
    line("if torch.isfinite(norm):");
    line("  if torch.gt(norm, numbers[1]):");
    line("    g0 = torch.mul_(g, torch.div(numbers[1], norm))");
    line("  else:");
    line("    pass");
    line("  decay = numbers[0]");
    line("  if torch.gt(numbers[3], 0.):");
    line("    a0 = torch.copy_(self.a, self.p, False)");
    line("  else:");
    line("    pass");
    line(
        "  count = torch.full([], numbers[4], dtype=%d, layout=None, device=ops.prim.device(g), pin_memory=None)",
        FLOAT32);
    String sizes = layout.groups().stream().map(Group::length).toList().toString();
    for (String vector : List.of("self.p", "g", "self.m", "self.v")) {
      String prefix = vector.substring(vector.length() - 1);
      String names =
          layout.groups().stream()
              .map(group -> prefix + layout.groups().indexOf(group) + ", ")
              .collect(Collectors.joining());
      line("  %s= torch.split_with_sizes(%s, %s, 0)", names, vector, sizes);
    }
    for (int i = 0; i < layout.groups().size(); i++) {
      updateGroup(i, layout.groups().get(i), optimizer);
    }
    line("  if torch.gt(numbers[2], 0.):");
    line("    a1 = torch.lerp_(self.a, self.p, torch.sub(1., numbers[2]))");
    line("  else:");
    line("    pass");
    line("else:");
    line("  pass");
    line("torch.zero_(g)");
    line("return norm");
  }

  private void updateGroup(int i, Group group, Optimizer optimizer) {
    String decay = group.decays() ? "decay" : "0.";
    if (optimizer instanceof Optimizer.AdamW adam) {
      fusedAdam("_fused_adamw_", i, decay, adam.beta1(), adam.beta2(), adam.epsilon());
    } else if (optimizer instanceof Optimizer.Adam adam) {
      fusedAdam("_fused_adam_", i, decay, adam.beta1(), adam.beta2(), adam.epsilon());
    } else if (optimizer instanceof Optimizer.Sgd sgd) {
      line("  torch.add_(torch.mul_(m%d, %s), g%d)", i, number(sgd.momentum()), i);
      if (group.decays()) {
        line("  torch.mul_(p%d, torch.sub(1., torch.mul(rates[%d], decay)))", i, i);
      }
      line("  torch.sub_(p%d, m%d, alpha=rates[%d])", i, i, i);
    }
  }

  private void fusedAdam(
      String operation, int i, String decay, double beta1, double beta2, double epsilon) {
    line("  k%d = [p%d]", i, i);
    line(
        "  torch.%s(k%d, [g%d], [m%d], [v%d], annotate(List[Tensor], []), [count],"
            + " lr=rates[%d], beta1=%s, beta2=%s, weight_decay=%s, eps=%s, amsgrad=False,"
            + " maximize=False, grad_scale=None, found_inf=None)",
        operation, i, i, i, i, i, number(beta1), number(beta2), decay, number(epsilon));
    // libtorch drops a call that writes only to a list's elements, unless the list is used again.
    line("  self.kept = k%d[0]", i);
  }

  private void access() {
    method("tensor", "which: int", "Tensor");
    line("return torch.detach([self.p, self.m, self.v, self.a][which])");
    method("put", "which: int, values: Tensor", "int");
    line("c = torch.copy_([self.p, self.m, self.v, self.a][which], values, False)");
    line("return 0");
    method("prepare", "x: Tensor", "Tensor");
    preparations.forEach(preparation -> line("%s", preparation));
    line("return torch.sum(self.p, dtype=%d)", FLOAT64);
    method("clear", "", "int");
    line("g = torch.zero_(ops.prim.grad(self.p))");
    line("return 0");
  }

  // ---- text ---------------------------------------------------------------------------------

  private void method(String name, String arguments, String result) {
    text.append("  def ").append(name).append("(self: __torch__.Net");
    if (!arguments.isEmpty()) {
      text.append(", ").append(arguments);
    }
    text.append(") -> ").append(result).append(":\n");
    variables = 0;
  }

  @FormatMethod
  private void line(String format, Object... arguments) {
    text.append("    ").append(String.format(format, arguments)).append('\n');
  }

  @FormatMethod
  private String assign(String format, Object... arguments) {
    String variable = "x" + variables++;
    line("%s = %s", variable, String.format(format, arguments));
    return variable;
  }

  private static String number(double value) {
    return Double.toString(value).replace('E', 'e');
  }
}
