package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.djl.ParameterLayout.Group;
import dev.dogvision.djl.ParameterLayout.Slot;
import dev.dogvision.model.Padding;
import dev.dogvision.spi.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class WeightsTest {

  @Test
  void a_kernel_is_turned_around_and_back() {
    float[] values = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    List<Integer> shape = List.of(2, 3, 1, 2);
    float[] last = Weights.channelsLast(values, shape);
    assertThat(last).containsExactly(0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11);
    assertThat(Weights.channelsFirst(last, shape)).containsExactly(values);
  }

  @Test
  void a_kernel_is_turned_by_180_degrees() {
    float[] two = {1, 10, 2, 20, 3, 30, 4, 40, 5, 50, 6, 60, 7, 70, 8, 80};
    List<Integer> shape = List.of(2, 2, 2, 2);
    float[] turned = Weights.rotated(two, shape);
    assertThat(turned).containsExactly(4, 40, 3, 30, 2, 20, 1, 10, 8, 80, 7, 70, 6, 60, 5, 50);
    assertThat(Weights.rotated(turned, shape)).containsExactly(two);
  }

  @Test
  void trainable_tensors_lie_stage_by_stage_without_gaps() {
    RandomNetwork network = RandomNetwork.small(1);
    int stages = network.plan().stages().size();
    ParameterLayout layout = ParameterLayout.of(network.plan(), network.plan().whole(), stages - 2);
    int end = 0;
    for (Slot slot : layout.slots()) {
      assertThat(slot.offset()).isEqualTo(end);
      end += slot.size();
    }
    assertThat(end).isEqualTo(layout.size());
    end = 0;
    for (Group group : layout.groups()) {
      assertThat(group.offset()).isEqualTo(end);
      end += group.length();
    }
    assertThat(end).isEqualTo(layout.size());
    assertThat(layout.groups().stream().map(Group::stage))
        .containsExactly(stages - 2, stages - 2, stages - 1, stages - 1, stages, stages);
    assertThat(layout.groups().stream().map(Group::decays))
        .containsExactly(true, false, true, false, true, false);
  }

  @ParameterizedTest
  @EnumSource(Padding.class)
  void what_is_laid_out_comes_back(Padding padding) {
    RandomNetwork network = RandomNetwork.of(0.35, 32, padding, 5, 2);
    ParameterLayout layout = ParameterLayout.of(network.plan(), network.plan().whole(), 0);
    Map<String, Tensor> back = layout.unflatten(layout.flatten(network.weights()));
    assertThat(new LinkedHashMap<>(back)).isEqualTo(network.weights());
    assertThat(back.keySet()).containsExactlyElementsOf(network.weights().keySet());
  }
}
