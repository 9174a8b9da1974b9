/**
 * JPEG by libjpeg-turbo: {@link dev.dogvision.turbo.TurboJpegDecoder}, which is found as a service.
 *
 * <p>Nothing has to be called; where the module is there, pictures are decoded by it:
 *
 * <pre>{@code
 * RgbImage faster = ImageDecoder.standard().decode(ImageSource.of(Path.of("teo.jpg")));
 * RgbImage withoutIt = ImageDecoder.standard().javaOnly(true).decode(ImageSource.of(Path.of("teo.jpg")));
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.turbo;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
