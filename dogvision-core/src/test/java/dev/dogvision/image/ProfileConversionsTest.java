package dev.dogvision.image;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class ProfileConversionsTest {
  private final ProfileConversions conversions = new ProfileConversions();
  private final byte[] linear = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();

  @Test
  void should_convert_alike_in_many_threads() throws Exception {
    byte[] pixels = PictureFiles.picture(200, 150, 1).rgb();
    byte[] expected = pixels.clone();
    requireNonNull(ColorConversion.ofProfile(linear)).apply(expected);
    ExecutorService threads = Executors.newFixedThreadPool(8);
    try {
      List<Future<byte[]>> converted = new ArrayList<>();
      for (int i = 0; i < 64; i++) {
        converted.add(
            threads.submit(
                () -> {
                  byte[] own = pixels.clone();
                  conversions.apply(linear, own);
                  return own;
                }));
      }
      for (Future<byte[]> one : converted) {
        assertThat(one.get()).isEqualTo(expected);
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void should_leave_alone_what_is_standard_or_no_profile() {
    byte[] standard = ICC_Profile.getInstance(ColorSpace.CS_sRGB).getData();
    byte[] pixels = PictureFiles.picture(20, 15, 1).rgb();
    byte[] own = pixels.clone();
    SplittableRandom random = new SplittableRandom(1);
    for (int i = 0; i < 40; i++) { // more than are kept
      conversions.apply(standard, own);
      byte[] nonsense = new byte[200 + i];
      random.nextBytes(nonsense);
      conversions.apply(nonsense, own);
    }

    assertThat(own).isEqualTo(pixels);
  }
}
