package dev.dogvision.internal.inputs;

import dev.dogvision.Device;
import dev.dogvision.spi.Engine;
import dev.dogvision.spi.NetworkPlan;

/**
 * What computes, on what.
 *
 * @param engine the engine
 * @param plan the whole network
 * @param device where it runs
 */
public record ExecutionContext(Engine engine, NetworkPlan plan, Device device) {}
