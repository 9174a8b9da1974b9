package dev.dogvision.djl;

import static org.assertj.core.api.Assertions.assertThat;

import dev.dogvision.image.Preprocessing;
import dev.dogvision.image.ResizeRule;
import dev.dogvision.model.Architectures;
import dev.dogvision.model.Padding;
import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class Rotation180Test {
  private static NetworkPlan mobileNet(int side, Padding padding) {
    return Architectures.mobileNetV2(1)
        .withPadding(padding)
        .plan(
            new Preprocessing(
                side, ResizeRule.CENTER_CROP, 1, List.of(0., 0., 0.), List.of(1., 1., 1.)),
            10);
  }

  private static NetworkPlan plan(int side, Convolution... convolutions) {
    return new NetworkPlan(
        side,
        List.of(0., 0., 0.),
        List.of(1., 1., 1.),
        List.of(new Stage("a", List.of(convolutions), false)),
        "head",
        2);
  }

  private static Convolution convolution(String name, int kernel, int padBefore, int padAfter) {
    return new Convolution(name, 3, 3, kernel, 2, 1, padBefore, padAfter, true);
  }

  private static boolean isMirrored(NetworkPlan plan) {
    return Rotation180.of(plan, plan.whole()).rotated();
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 48, 96, 160, 192, 224, 230})
  void tensorflow_s_padding_is_symmetric_where_pictures_are_turned(int side) {
    NetworkPlan plan = mobileNet(side, Padding.TF_SAME);
    assertThat(isMirrored(plan)).isTrue();
    assertThat(Rotation180.of(plan, plan.whole()).plan().tensorShapes(plan.whole()))
        .isEqualTo(plan.tensorShapes(plan.whole()));
  }

  @ParameterizedTest
  @ValueSource(ints = {32, 96, 224, 225})
  void a_symmetric_padding_stays_as_it_is(int side) {
    NetworkPlan plan = mobileNet(side, Padding.SYMMETRIC);
    assertThat(Rotation180.of(plan, plan.whole())).isEqualTo(new Rotation180(plan, false));
  }

  @Test
  void tensorflow_s_padding_of_odd_sides_is_symmetric_already() {
    assertThat(isMirrored(mobileNet(225, Padding.TF_SAME))).isFalse();
  }

  @Test
  void only_the_paddings_of_the_part_in_question_count() {
    NetworkPlan plan = mobileNet(224, Padding.TF_SAME);
    int stages = plan.stages().size();
    assertThat(Rotation180.of(plan, new Segment(stages - 2, stages + 2)).rotated()).isFalse();
    assertThat(Rotation180.of(plan, new Segment(stages + 1, stages + 2)).rotated()).isFalse();
    assertThat(Rotation180.of(plan, new Segment(0, 1)).rotated()).isTrue();
  }

  @Test
  void paddings_on_different_sides_cannot_be_turned_into_symmetric_ones() {
    Convolution after = convolution("a", 3, 0, 1);
    Convolution before = convolution("b", 3, 1, 0);
    assertThat(isMirrored(plan(8, after))).isTrue();
    assertThat(isMirrored(plan(8, before))).isFalse();
    assertThat(isMirrored(plan(8, after, before))).isFalse();
  }

  @Test
  void what_a_stride_never_reaches_cannot_be_turned() {
    assertThat(isMirrored(plan(6, convolution("a", 1, 0, 0), convolution("b", 3, 0, 1)))).isFalse();
    assertThat(isMirrored(plan(6, convolution("a", 1, 0, 0), convolution("b", 2, 0, 1)))).isFalse();
  }
}
