export { blendMesh, blendMeshGradient, sumLanes } from './blend';
export { poseMeshes, poseMeshesGradient } from './skin';
export { reproject } from './reproject';
export { imageModel } from './image-model';
export { subtractProduct } from './subtract-product';
export { matrixRows } from './matrix-rows';
