package dev.dogvision.djl;

import dev.dogvision.spi.Convolution;
import dev.dogvision.spi.NetworkPlan;
import dev.dogvision.spi.Segment;
import dev.dogvision.spi.Stage;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Whether a part of a network runs on pictures that are turned by 180 degrees, with kernels turned
 * likewise.
 *
 * <p>TensorFlow's "same" padding adds a row after the picture and none before it; PyTorch's
 * convolutions add the same on both sides, and leave out at the end what the stride does not reach.
 * Turned by 180 degrees, the row is added before and the superfluous one after is not reached: the
 * convolution is PyTorch's own, no feature map is copied into a larger one, neither on the way
 * forward nor on the way back, and the results are the same numbers in reverse order.
 *
 * @param plan the network, with the paddings that apply after turning
 * @param rotated whether to turn
 */
record Rotation180(NetworkPlan plan, boolean rotated) {

  /** Turns where that spares copies. */
  static Rotation180 of(NetworkPlan plan, Segment segment) {
    Rotation180 straight = new Rotation180(plan, false);
    if (straight.isSymmetric(segment)) {
      return straight;
    }
    return turn(plan, segment)
        .map(turned -> new Rotation180(turned, true))
        .filter(turned -> turned.isSymmetric(segment))
        .orElse(straight);
  }

  /** Whether a padding of {@code padBefore} on both sides gives the same. */
  static boolean isSymmetric(Convolution convolution, int side) {
    int steps = side + 2 * convolution.padBefore() - convolution.kernelSize();
    return steps >= 0 && steps / convolution.stride() + 1 == convolution.outputSize(side);
  }

  private boolean isSymmetric(Segment segment) {
    for (int i = segment.from(); i < Math.min(segment.to(), plan.stages().size()); i++) {
      int side = plan.shapeAt(i)[0];
      for (Convolution convolution : plan.stages().get(i).convolutions()) {
        if (!isSymmetric(convolution, side)) {
          return false;
        }
        side = convolution.outputSize(side);
      }
    }
    return true;
  }

  /** The plan for pictures that are turned, if every convolution can be. */
  private static Optional<NetworkPlan> turn(NetworkPlan plan, Segment segment) {
    List<Stage> stages = new ArrayList<>(plan.stages());
    for (int i = segment.from(); i < Math.min(segment.to(), stages.size()); i++) {
      Stage stage = stages.get(i);
      int side = plan.shapeAt(i)[0];
      List<Convolution> convolutions = new ArrayList<>();
      for (Convolution convolution : stage.convolutions()) {
        int reached =
            (convolution.outputSize(side) - 1) * convolution.stride() + convolution.kernelSize();
        int padBefore = reached - side - convolution.padBefore();
        if (padBefore < 0) {
          return Optional.empty();
        }
        convolutions.add(
            new Convolution(
                convolution.name(),
                convolution.inputChannels(),
                convolution.outputChannels(),
                convolution.kernelSize(),
                convolution.stride(),
                convolution.groups(),
                padBefore,
                convolution.padBefore(),
                convolution.relu6()));
        side = convolution.outputSize(side);
      }
      stages.set(i, new Stage(stage.name(), convolutions, stage.residual()));
    }
    return Optional.of(
        new NetworkPlan(
            plan.inputSize(),
            plan.channelMeans(),
            plan.channelScales(),
            stages,
            plan.headName(),
            plan.classes()));
  }
}
