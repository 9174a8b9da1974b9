/**
 * Pictures: where they come from, decoding, resizing, preprocessing and augmentation, on bytes.
 *
 * <p>A picture as a network will see it, from bytes that a stranger sent:
 *
 * <pre>{@code
 * ImageSource upload = ImageSource.of("teo.jpg", Files.readAllBytes(Path.of("teo.jpg")));
 * RgbImage picture = ImageDecoder.standard().decode(upload); // upright, whatever the camera's EXIF says
 * System.out.println(picture.width() + " x " + picture.height());
 * }</pre>
 */
@NullMarked
@CheckReturnValue
package dev.dogvision.image;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
