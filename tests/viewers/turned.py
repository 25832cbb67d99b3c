"""turned.py IN.npz OUT.npz: the same motion with a head that turns far and eyes that look about."""
import sys

import numpy as np

motion = dict(np.load(sys.argv[1]))
t = np.arange(len(motion["expression"])) / float(motion["fps"])
look = np.stack([0.2 * np.sin(3 * t), 0.4 * np.sin(2 * t + 1), 0 * t], 1)
motion["eye_pose"] = np.hstack([look, look]).astype(np.float32)
motion["neck_pose"] = np.stack(
    [0.2 * np.sin(2 * t), 0.4 * np.sin(1.5 * t + 1), 0.15 * np.sin(t)], 1).astype(np.float32)
np.savez(sys.argv[2], **motion)
