// What three.js makes of a file at a moment: node pose.mjs FILE.glb SECONDS prints, as JSON, per mesh
// the influence of each of its targets by name, and where its vertices are, in world space.
import fs from 'fs';
import * as THREE from 'three';
import {MeshoptDecoder} from 'three/addons/libs/meshopt_decoder.module.js';
import {GLTFLoader} from 'three/addons/loaders/GLTFLoader.js';

const [file, seconds] = process.argv.slice(2);
const bytes = fs.readFileSync(file);
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
new GLTFLoader().setMeshoptDecoder(MeshoptDecoder).parse(buffer, '', gltf => {
  if (gltf.animations.length > 0) {
    const mixer = new THREE.AnimationMixer(gltf.scene);
    mixer.clipAction(gltf.animations[0]).play();
    mixer.setTime(Number(seconds));
  }
  gltf.scene.updateMatrixWorld(true);
  const meshes = {};
  gltf.scene.traverse(node => {
    if (!node.isMesh) return;
    const vertices = [];
    const at = new THREE.Vector3();
    for (let v = 0; v < node.geometry.attributes.position.count; ++v) {
      node.getVertexPosition(v, at).applyMatrix4(node.matrixWorld);
      vertices.push(at.x, at.y, at.z);
    }
    const influences = {};
    for (const [name, place] of Object.entries(node.morphTargetDictionary ?? {})) {
      influences[name] = node.morphTargetInfluences[place];
    }
    meshes[node.name] = {influences, vertices};
  });
  console.log(JSON.stringify(meshes));
}, error => {
  console.error(String(error));
  process.exit(1);
});
