/** A pinhole camera with optional Brown-Conrady distortion, OpenCV axes (x right, y down, z forward). */
export interface Camera {
  id: string;
  width: number;
  height: number;
  /** `[3, 3]` row-major, pixels; the centre of the top-left pixel is (0.5, 0.5). */
  K: Float64Array;
  /** `[4, 4]` row-major world-to-camera matrix, metres; rotation orthonormal, determinant +1. */
  cameraFromWorld: Float64Array;
  /** k1, k2, p1, p2, k3; all zero for undistorted pictures. */
  distortion: Float64Array;
}
