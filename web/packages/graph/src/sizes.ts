/** Sizes of the picture, in pixels at zoom 1. */
export const CARD = { width: 196, height: 92 } as const;
/** Between two cards of a row, and between two rows. */
export const GAP = 48;
export const ROW_GAP = 48;
/** The room in which the arms of a fork spread out, and come together again. */
export const FAN = 48;
/** Between two arms, and the height of the label of an arm. */
export const LANE_GAP = 20;
export const LABEL = 22;
/** The room between the frame of a container and what is in it, and how far its label reaches above the frame. */
export const PAD = { top: 34, side: 28, bottom: 24 } as const;
export const OVERHANG = 14;
/** How far a way keeps from what it runs beside. */
export const ASIDE = 9;
/** Around the whole. */
export const MARGIN = 32;
/** A fork that would be higher than this is easier to read as a container. */
export const FORK_HEIGHT = 520;
