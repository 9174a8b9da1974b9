/** Prediction, and training of heads, on what a cluster of Apache Spark holds. */
@NullMarked
@CheckReturnValue
package dev.dogvision.spark;

import com.google.errorprone.annotations.CheckReturnValue;
import org.jspecify.annotations.NullMarked;
