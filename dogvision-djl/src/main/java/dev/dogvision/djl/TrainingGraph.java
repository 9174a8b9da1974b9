package dev.dogvision.djl;

import static java.util.Objects.requireNonNull;

import dev.dogvision.Optimizer;
import dev.dogvision.Precision;
import dev.dogvision.djl.GraphCompiler.Kernels;
import dev.dogvision.djl.GraphCompiler.Written;
import dev.dogvision.djl.ParameterLayout.Group;
import dev.dogvision.djl.ParameterLayout.Slot;
import dev.dogvision.djl.TorchScriptArchive.Attribute;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import dev.dogvision.spi.Tensor;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Turns a part of a network into TorchScript that trains it: forward, loss, backward and update.
 *
 * <p>The way back is written out and not left to PyTorch's automatic differentiation: what ReLU6
 * gave tells as much about its slope as what it took, so nothing is kept twice and gradients are
 * changed in place. Automatic differentiation copies each feature map once on the way forward and
 * once on the way back.
 *
 * <p>What is frozen is a buffer. What trains is one flat vector, of which the graph takes views,
 * see {@link ParameterLayout}; so is its gradient. The methods:
 *
 * <ul>
 *   <li>{@code prepare()}: to be called once;
 *   <li>{@code logits(x)};
 *   <li>{@code accumulate([x, targets, weights, teacher], numbers)}: adds to the gradient; returns
 *       the loss and the logits. The numbers are the gradient's factor, the teacher's temperature
 *       and its share, which may be 0;
 *   <li>{@code update(rates, numbers)}: one rate a group of the layout; the numbers are weight
 *       decay, largest norm, the average's decay, 1 where the average starts anew, the number of
 *       this update. Returns the gradient's norm and sets the gradient to zero;
 *   <li>{@code tensor(i)}: the weights, the first and second moment, the average;
 *   <li>{@code put(i, values)}: overwrites one of them;
 *   <li>{@code clear()}: sets the gradient to zero.
 * </ul>
 */
final class TrainingGraph {
  private static final String VECTORS = "[self.p, self.m, self.v, self.a]";

  /** Convolutions of a stage on the way forward. */
  private record Passed(Stage stage, List<Written> convolutions) {}

  private final NetworkPlan plan;
  private final Segment segment;
  private final ParameterLayout layout;
  private final GraphText text = new GraphText();
  private final GraphCompiler compiler;

  private TrainingGraph(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      ParameterLayout layout,
      Kernels kernels) {
    this.compiler = new GraphCompiler(plan, segment, weights, Precision.FLOAT32, kernels, text);
    this.plan = compiler.plan();
    this.segment = segment;
    this.layout = layout;
  }

  static TorchScriptArchive compile(
      NetworkPlan plan,
      Segment segment,
      Map<String, Tensor> weights,
      ParameterLayout layout,
      Optimizer optimizer,
      Kernels kernels) {
    TrainingGraph graph = new TrainingGraph(plan, segment, weights, layout, kernels);
    graph.compiler.add(Attribute.vector("p", layout.flatten(weights)));
    for (String name : List.of("g", "m", "v", "a")) {
      graph.compiler.add(Attribute.vector(name, new float[layout.size()]));
    }
    graph.compiler.add(Attribute.vector("kept", new float[1]));
    graph.frozen();
    graph.logits();
    graph.accumulate();
    graph.update(optimizer);
    graph.access();
    graph.compiler.prepare();
    return graph.compiler.archive();
  }

  // ---- forward --------------------------------------------------------------------------------

  private boolean startsAtEmbeddings() {
    return segment.from() > plan.stages().size();
  }

  /** From the input to the first stage that trains. */
  private void frozen() {
    text.method("frozen", "x: Tensor", "Tensor");
    text.line(
        "return %s",
        startsAtEmbeddings()
            ? "x"
            : compiler.stages(compiler.enter("x"), layout.firstTrainableStage()));
  }

  private void logits() {
    text.method("logits", "x: Tensor", "Tensor");
    Map<String, String> trained = split("self.p", "t");
    String embeddings = embeddings(forward(trained, new ArrayDeque<>()));
    text.line("return %s", head(embeddings, trained));
  }

  /** Writes the stages that train, and puts them on a stack. */
  private String forward(Map<String, String> trained, Deque<Passed> passed) {
    String value = text.assign("(self).frozen(x, )");
    for (int i = layout.firstTrainableStage(); i < plan.stages().size(); i++) {
      Stage stage = plan.stages().get(i);
      String before = value;
      // Not those of oneDNN: its clamp makes numbers of what is none, and a run must be able to
      // tell that it diverged.
      List<Written> convolutions =
          compiler.convolutions(
              i,
              value,
              convolution -> get(trained, convolution.weightName()),
              convolution -> get(trained, convolution.biasName()),
              Kernels.PLAIN);
      Written last = GraphCompiler.last(convolutions);
      value = last.output();
      passed.push(new Passed(stage, convolutions));
      if (stage.residual()) {
        // The way back through ReLU6 needs its result as it was.
        String add = last.convolution().relu6() ? "add" : "add_";
        value = text.assign("torch.%s(%s, %s)", add, value, before);
      }
    }
    return value;
  }

  private String embeddings(String map) {
    return startsAtEmbeddings() ? map : compiler.embeddings(map);
  }

  private String head(String embeddings, Map<String, String> trained) {
    return text.assign(
        "torch.linear(%s, %s, %s)",
        embeddings,
        get(trained, plan.headName() + ".weight"),
        get(trained, plan.headName() + ".bias"));
  }

  /** Takes views of a flat vector: tensors' names to variables. */
  private Map<String, String> split(String vector, String prefix) {
    List<Slot> slots = layout.slots();
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < slots.size(); i++) {
      names.append(prefix).append(i).append(", ");
    }
    text.line(
        "%s= torch.split_with_sizes(%s, %s, 0)",
        names, vector, slots.stream().map(Slot::size).toList());
    Map<String, String> views = new HashMap<>();
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      List<Integer> shape = slot.shape();
      String view = prefix + i;
      if (slot.isKernel()) {
        List<Integer> channelsLast =
            List.of(shape.get(0), shape.get(2), shape.get(3), shape.get(1));
        view = text.assign("torch.view(%s, %s)", view, channelsLast);
        view = text.assign("torch.permute(%s, [0, 3, 1, 2])", view);
      } else if (shape.size() > 1) {
        view = text.assign("torch.view(%s, %s)", view, shape);
      }
      views.put(slot.name(), view);
    }
    return views;
  }

  private static String get(Map<String, String> views, String name) {
    return requireNonNull(views.get(name), name);
  }

  // ---- loss and backward ----------------------------------------------------------------------

  private void accumulate() {
    text.method(
        "accumulate", "inputs: List[Tensor], numbers: List[float]", "Tuple[Tensor, Tensor]");
    text.line("x, targets, weights, teacher, = inputs");
    Map<String, String> trained = split("self.p", "t");
    Map<String, String> gradients = split("self.g", "d");
    Deque<Passed> passed = new ArrayDeque<>();
    String map = forward(trained, passed);
    String embeddings = embeddings(map);
    String logits = head(embeddings, trained);
    loss(logits);
    String byLogits =
        text.assign("torch.mul(slope, torch.unsqueeze(torch.mul(weights, numbers[0]), 1))");
    String headWeight = plan.headName() + ".weight";
    add(gradients, headWeight, text.assign("torch.mm(torch.t(%s), %s)", byLogits, embeddings));
    add(
        gradients,
        plan.headName() + ".bias",
        text.assign("torch.sum(%s, [0], False, dtype=None)", byLogits));
    if (!passed.isEmpty()) {
      String byEmbeddings = text.assign("torch.mm(%s, %s)", byLogits, get(trained, headWeight));
      int side = plan.shapeAt(plan.featureMapPosition())[0];
      String mean = text.assign("torch.div(%s, %s)", byEmbeddings, GraphText.number(side * side));
      mean = text.assign("torch.unsqueeze(torch.unsqueeze(%s, 2), 3)", mean);
      backward(text.assign("torch.expand_as(%s, %s)", mean, map), passed, gradients);
    }
    text.line(
        "return (torch.sum(torch.mul(weights, loss), dtype=%d), %s)", GraphText.FLOAT64, logits);
  }

  /** Each image's {@code loss}, and its {@code slope} by the logits. */
  private void loss(String logits) {
    text.line(
        "hard = torch.neg(torch.sum(torch.mul(targets, torch.log_softmax(%s, 1, None)), [1], False,"
            + " dtype=None))",
        logits);
    text.line(
        "pull = torch.sub(torch.mul(torch.softmax(%s, 1, None), torch.sum(targets, [1], True,"
            + " dtype=None)), targets)",
        logits);
    text.line("if torch.gt(numbers[2], 0.):");
    // Temperature squared keeps the soft targets' slope as large as the hard ones' (Hinton,
    // Vinyals, Dean: Distilling the Knowledge in a Neural Network, 2015).
    text.line("  soft = torch.div(%s, numbers[1])", logits);
    text.line("  wanted = torch.softmax(torch.div(teacher, numbers[1]), 1, None)");
    text.line("  known = torch.log_softmax(torch.div(teacher, numbers[1]), 1, None)");
    text.line("  reached = torch.log_softmax(soft, 1, None)");
    text.line(
        "  divergence = torch.sum(torch.mul(wanted, torch.sub(known, reached)), [1], False,"
            + " dtype=None)");
    text.line("  factor = torch.mul(torch.mul(numbers[1], numbers[1]), numbers[2])");
    text.line("  rest = torch.sub(1., numbers[2])");
    text.line("  loss = torch.add(torch.mul(hard, rest), torch.mul(divergence, factor))");
    text.line(
        "  slope = torch.add(torch.mul(pull, rest), torch.mul(torch.sub(torch.softmax(soft, 1,"
            + " None), wanted), torch.mul(numbers[1], numbers[2])))");
    text.line("else:");
    text.line("  loss = hard");
    text.line("  slope = pull");
  }

  /** Goes back through the stages, from the gradient by the feature map. */
  private void backward(String byMap, Deque<Passed> passed, Map<String, String> gradients) {
    String gradient = byMap;
    // The mean's gradient is one number seen many times, and a residual stage's is needed twice.
    boolean mayChange = false;
    while (!passed.isEmpty()) {
      Passed stage = passed.pop();
      boolean residual = stage.stage().residual();
      String after = gradient;
      mayChange &= !residual;
      for (int i = stage.convolutions().size() - 1; i >= 0; i--) {
        Written written = stage.convolutions().get(i);
        if (written.convolution().relu6()) {
          String slope =
              String.format(
                  Locale.ROOT,
                  "torch.hardtanh_backward(%s, %s, 0., 6.",
                  gradient,
                  written.output());
          gradient =
              mayChange
                  ? text.assign("%s, grad_input=%s)", slope, gradient)
                  : text.assign("%s)", slope);
        }
        gradient = backward(written, gradient, !passed.isEmpty() || i > 0, gradients);
        mayChange = true;
      }
      if (residual && !passed.isEmpty()) {
        gradient = text.assign("torch.add_(%s, %s)", gradient, after);
      }
    }
  }

  /** Goes back through a convolution; returns the gradient by its input, if that is needed. */
  private String backward(
      Written written, String byOutput, boolean needed, Map<String, String> gradients) {
    Convolution convolution = written.convolution();
    String byInput = text.variable();
    String byKernel = text.variable();
    String byBias = text.variable();
    text.line(
        "%s, %s, %s, = torch.convolution_backward(%s, %s, %s, [%d], %s, %s, [1, 1],"
            + " False, [0, 0], %d, [%s, True, True])",
        byInput,
        byKernel,
        byBias,
        byOutput,
        written.input(),
        written.kernel(),
        convolution.outputChannels(),
        GraphCompiler.both(convolution.stride()),
        written.padding(),
        convolution.groups(),
        needed ? "True" : "False");
    add(gradients, convolution.weightName(), byKernel);
    add(gradients, convolution.biasName(), byBias);
    return needed && written.padded() ? compiler.pad(convolution, byInput, -1) : byInput;
  }

  private void add(Map<String, String> gradients, String name, String gradient) {
    text.line("torch.add_(%s, %s)", get(gradients, name), gradient);
  }

  // ---- update ---------------------------------------------------------------------------------

  private void update(Optimizer optimizer) {
    text.method("update", "rates: List[float], numbers: List[float]", "float");
    text.line("g = self.g");
    text.line(
        "norm = float(torch.linalg_vector_norm(g, 2, None, False, dtype=%d))", GraphText.FLOAT64);
    text.line("if torch.isfinite(norm):");
    text.line("  if torch.gt(norm, numbers[1]):");
    text.line("    g0 = torch.mul_(g, torch.div(numbers[1], norm))");
    text.line("  else:");
    text.line("    pass");
    text.line("  decay = numbers[0]");
    text.line("  if torch.gt(numbers[3], 0.):");
    text.line("    a0 = torch.copy_(self.a, self.p, False)");
    text.line("  else:");
    text.line("    pass");
    text.line(
        "  count = torch.full([], numbers[4], dtype=%d, layout=None, device=ops.prim.device(g),"
            + " pin_memory=None)",
        GraphText.FLOAT32);
    String sizes = layout.groups().stream().map(Group::length).toList().toString();
    for (String vector : List.of("self.p", "g", "self.m", "self.v")) {
      String prefix = vector.substring(vector.length() - 1);
      String names =
          layout.groups().stream()
              .map(group -> prefix + layout.groups().indexOf(group) + ", ")
              .collect(Collectors.joining());
      text.line("  %s= torch.split_with_sizes(%s, %s, 0)", names, vector, sizes);
    }
    for (int i = 0; i < layout.groups().size(); i++) {
      updateGroup(i, layout.groups().get(i), optimizer);
    }
    text.line("  if torch.gt(numbers[2], 0.):");
    text.line("    a1 = torch.lerp_(self.a, self.p, torch.sub(1., numbers[2]))");
    text.line("  else:");
    text.line("    pass");
    text.line("else:");
    text.line("  pass");
    text.line("torch.zero_(g)");
    text.line("return norm");
  }

  private void updateGroup(int i, Group group, Optimizer optimizer) {
    String decay = group.decays() ? "decay" : "0.";
    if (optimizer instanceof Optimizer.AdamW adam) {
      fusedAdam("_fused_adamw_", i, decay, adam.beta1(), adam.beta2(), adam.epsilon());
    } else if (optimizer instanceof Optimizer.Adam adam) {
      fusedAdam("_fused_adam_", i, decay, adam.beta1(), adam.beta2(), adam.epsilon());
    } else if (optimizer instanceof Optimizer.Sgd sgd) {
      text.line("  torch.add_(torch.mul_(m%d, %s), g%d)", i, GraphText.number(sgd.momentum()), i);
      if (group.decays()) {
        text.line("  torch.mul_(p%d, torch.sub(1., torch.mul(rates[%d], decay)))", i, i);
      }
      text.line("  torch.sub_(p%d, m%d, alpha=rates[%d])", i, i, i);
    }
  }

  private void fusedAdam(
      String operation, int i, String decay, double beta1, double beta2, double epsilon) {
    text.line("  k%d = [p%d]", i, i);
    text.line(
        "  torch.%s(k%d, [g%d], [m%d], [v%d], annotate(List[Tensor], []), [count],"
            + " lr=rates[%d], beta1=%s, beta2=%s, weight_decay=%s, eps=%s, amsgrad=False,"
            + " maximize=False, grad_scale=None, found_inf=None)",
        operation,
        i,
        i,
        i,
        i,
        i,
        GraphText.number(beta1),
        GraphText.number(beta2),
        decay,
        GraphText.number(epsilon));
    // libtorch drops a call that writes only to a list's elements, unless the list is used again.
    text.line("  self.kept = k%d[0]", i);
  }

  private void access() {
    text.method("tensor", "which: int", "Tensor");
    text.line("return %s[which]", VECTORS);
    text.method("put", "which: int, values: Tensor", "int");
    text.line("c = torch.copy_(%s[which], values, False)", VECTORS);
    text.line("return 0");
    text.method("clear", "", "int");
    text.line("g = torch.zero_(self.g)");
    text.line("return 0");
  }
}
