package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.EngineException;
import dev.dogvision.Device;
import dev.dogvision.DogVisionException;
import dev.dogvision.Precision;
import dev.dogvision.djl.GraphCompiler.Kernels;
import dev.dogvision.spi.ActivationBatch;
import dev.dogvision.spi.Batch;
import dev.dogvision.spi.NetworkPlan;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What goes wrong inside PyTorch comes out as an exception of ours, and leaves nothing behind. */
final class CompiledModuleTest {

  @BeforeAll
  static void start() {
    new DjlEngineProvider().open();
  }

  private static TorchScriptArchive forward(String expression) {
    return new TorchScriptArchive(
        String.format(
            Locale.ROOT,
            "  def forward(self: __torch__.Net, x: Tensor) -> Tensor:\n    return %s\n",
            expression),
        List.of());
  }

  private static EngineException failure(TorchScriptArchive archive) {
    try {
      // Half precision is not for oneDNN, so that this JVM goes on with it.
      CompiledModule.load(kernels -> archive, Device.CPU, Precision.FLOAT16, false).close();
      throw new AssertionError("it loaded");
    } catch (DogVisionException e) {
      return (EngineException) e.getCause();
    }
  }

  @Test
  void only_an_operation_that_is_not_there_tells_that_onednn_is_not() {
    assertThat(CompiledModule.lacksOneDnn(failure(forward("ops.mkldnn._reorder_no_such_thing(x)"))))
        .isTrue();
    assertThat(CompiledModule.lacksOneDnn(failure(forward("torch.no_such_thing(x)")))).isFalse();
    assertThat(CompiledModule.lacksOneDnn(failure(forward("torch.relu(")))).isFalse();
  }

  @Test
  void another_failure_is_told_and_the_next_network_has_onednn_all_the_same() {
    List<Kernels> asked = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      assertThatThrownBy(
              () ->
                  CompiledModule.load(
                      kernels -> {
                        asked.add(kernels);
                        return forward("torch.no_such_thing(x)");
                      },
                      Device.CPU,
                      Precision.FLOAT32,
                      false))
          .isInstanceOf(DogVisionException.class)
          .hasMessageStartingWith("PyTorch could not open a network on cpu: ")
          .hasCauseInstanceOf(EngineException.class);
    }
    assertThat(asked).containsExactly(Kernels.ONE_DNN, Kernels.ONE_DNN);
  }

  @Test
  void a_module_that_can_not_be_prepared_is_closed() {
    int before = ProcessExit.openNetworks();
    assertThat(failure(forward("x"))).hasMessageContaining("prepare");
    assertThat(ProcessExit.openNetworks()).isEqualTo(before);
  }

  /** DJL closes what was forgotten once the collector finds it, and says so. */
  @Test
  void a_module_that_can_not_be_prepared_is_not_left_to_the_collector() {
    PrintStream before = System.err;
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    System.setErr(new PrintStream(log, /* autoFlush= */ true, StandardCharsets.UTF_8));
    try {
      assertThat(failure(forward("x"))).hasMessageContaining("prepare");
      System.gc();
      System.runFinalization();
    } finally {
      System.setErr(before);
    }
    assertThat(log.toString(StandardCharsets.UTF_8)).doesNotContain("not closed");
  }

  @Test
  void what_fails_in_a_computation_is_told() {
    RandomNetwork network = RandomNetwork.small(3);
    NetworkPlan plan = network.plan();
    CompiledModule module =
        CompiledModule.load(
            kernels ->
                GraphCompiler.forInference(
                    plan, plan.whole(), network.weights(), Precision.FLOAT32, kernels),
            Device.CPU,
            Precision.FLOAT32,
            false);
    try (OpenNetwork open =
        new OpenNetwork(plan, plan.whole(), Device.CPU, module) {
          @Override
          public ActivationBatch forward(Batch batch) {
            return infer("no_such_method", batch);
          }
        }) {
      assertThatThrownBy(() -> open.forward(network.batch(0, 1, 4)))
          .isInstanceOf(DogVisionException.class)
          .hasMessageStartingWith(
              "PyTorch failed to compute " + plan.whole() + " of a network on cpu: ")
          .hasMessageContaining("no_such_method")
          .hasCauseInstanceOf(EngineException.class);
    }
  }
}
