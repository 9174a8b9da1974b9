package dev.dogvision.spring;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What an application's properties say of the predictor.
 *
 * @param model Name of an embedded model, such as fast; or a model's folder: a path with a slash,
 *     file:..., or classpath:... The most accurate embedded model unless set.
 * @param engine Engine's name or its first words, such as ONNX; the one that is preferred unless
 *     set.
 * @param device Device: cpu, cuda or cuda:0; the best there is unless set.
 * @param mirrored Whether each picture's mirror image is looked at too, for twice the time.
 * @param callsAtOnce How many pictures are worked on at once, 0 for any number; one a processor
 *     unless set.
 * @param waitingCalls How many calls may wait for their turn before others are turned away.
 * @param longestWait For how long a call may wait for its turn before it is turned away.
 * @param failFast Whether the application does not start without its model. If false, it starts,
 *     its health is down and says why, and each call fails.
 * @param web Settings of the page's service, where dogvision-web is on the class path.
 */
@ConfigurationProperties("dogvision")
public record DogVisionProperties(
    @Nullable String model,
    @Nullable String engine,
    @Nullable String device,
    @DefaultValue("false") boolean mirrored,
    @Nullable Integer callsAtOnce,
    @DefaultValue("100") int waitingCalls,
    @DefaultValue("10s") Duration longestWait,
    @DefaultValue("true") boolean failFast,
    @DefaultValue Web web) {

  /**
   * What is answered over HTTP.
   *
   * @param top How many breeds are answered where the query does not say.
   * @param largestPicture How large a picture's file may be.
   */
  public record Web(@DefaultValue("5") int top, @DefaultValue("16MB") DataSize largestPicture) {}
}
