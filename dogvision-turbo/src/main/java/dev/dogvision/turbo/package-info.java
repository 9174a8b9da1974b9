/**
 * JPEG by libjpeg-turbo: {@link dev.dogvision.turbo.TurboJpegDecoder}, which is found as a service.
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.turbo;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
