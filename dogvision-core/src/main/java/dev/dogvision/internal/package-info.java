/** What the packages share among themselves. Not exported, and free to change. */
@NullMarked
package dev.dogvision.internal;

import org.jspecify.annotations.NullMarked;
