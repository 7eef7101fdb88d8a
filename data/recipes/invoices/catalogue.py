"""What the suppliers sell: for each trade, how its firms are called and what their invoices list."""

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Product:
    """Something sold: its name, the range of its price in euros, its unit and its VAT rate."""

    text: str
    low: float
    high: float
    unit: str
    rate: Decimal


@dataclass(frozen=True)
class Trade:
    """A trade: patterns of firm names (`{}` is a surname), its mottos and its products."""

    names: tuple[str, ...]
    motto: str
    products: tuple[Product, ...]


def _products(text: str) -> tuple[Product, ...]:
    """Return the products of a block of lines « name; low; high; unit; rate »."""
    rows = [[cell.strip() for cell in line.split(";")] for line in text.strip().splitlines()]
    return tuple(Product(name, float(low), float(high), unit, Decimal(rate)) for name, low, high, unit, rate in rows)


_BLOCKS: dict[str, tuple[tuple[str, ...], str, str]] = {
    "menuiserie": (("Menuiserie {}", "Ateliers {} Bois", "{} Frères"), "Menuiserie, agencement, escaliers", """
        Porte intérieure chêne 83 cm; 180; 420; u; 10
        Fenêtre bois deux vantaux; 390; 860; u; 10
        Plinthe sapin 10 x 70 mm; 3.2; 7.5; m; 20
        Pose de parquet massif; 24; 46; m²; 10
        Étagère sur mesure hêtre; 95; 260; u; 20
        Quincaillerie et visserie; 18; 64; lot; 20
        Main d’œuvre atelier; 42; 58; h; 10
        Escalier quart tournant; 1850; 3900; u; 10
        Dépose ancienne menuiserie; 45; 120; u; 10
        Vernis mat incolore; 14; 32; l; 20
        """),
    "plomberie": (("{} Chauffage", "Plomberie {}", "{} et Fils"), "Plomberie, chauffage, sanitaire", """
        Chaudière à condensation 24 kW; 1650; 2950; u; 5.5
        Radiateur acier 1200 W; 110; 280; u; 10
        Mitigeur lavabo chromé; 54; 145; u; 10
        Tube cuivre 16 mm; 6.5; 11; m; 20
        Déplacement zone 2; 28; 45; u; 10
        Heure de main d’œuvre; 44; 62; h; 10
        Ballon d’eau chaude 200 l; 390; 720; u; 10
        Robinet thermostatique; 22; 58; u; 5.5
        Recherche de fuite; 90; 180; u; 10
        Joints et petites fournitures; 8; 35; lot; 20
        """),
    "electricite": (("{} Électricité", "Éts {}", "Élec {}"), "Installations électriques et dépannage", """
        Tableau divisionnaire 2 rangées; 140; 310; u; 10
        Disjoncteur 16 A; 9.5; 18; u; 20
        Câble R2V 3G2,5; 1.1; 2.3; m; 20
        Prise de courant double; 12; 26; u; 10
        Spot encastré à DEL; 14; 33; u; 10
        Mise à la terre; 160; 340; u; 10
        Main d’œuvre électricien; 43; 60; h; 10
        Attestation de conformité; 95; 165; u; 20
        Détecteur de mouvement; 31; 78; u; 20
        Goulotte PVC blanche; 4.2; 9.9; m; 20
        """),
    "imprimerie": (("Imprimerie {}", "{} Impressions", "Presses {}"), "Offset, numérique, façonnage", """
        Cartes de visite 350 g; 38; 92; cent; 20
        Dépliant A4 trois volets; 140; 390; mille; 20
        Affiche A2 quadrichromie; 1.8; 4.9; ex.; 20
        Brochure 24 pages agrafée; 2.1; 5.6; ex.; 10
        Livre broché 160 pages; 4.8; 9.7; ex.; 5.5
        Mise en page; 45; 70; h; 20
        Bon à tirer et épreuve; 25; 60; u; 20
        Papier à en-tête 90 g; 48; 110; mille; 20
        Reliure dos carré collé; 0.9; 2.2; ex.; 20
        Pelliculage mat; 0.15; 0.5; ex.; 20
        """),
    "traiteur": (("{} Traiteur", "Maison {}", "Les Délices {}"), "Réceptions, buffets, plateaux repas", """
        Plateau repas saison; 14; 23; u; 10
        Buffet froid par convive; 18; 34; pers.; 10
        Pièces salées assorties; 0.9; 1.9; u; 10
        Tarte aux fruits 8 parts; 16; 28; u; 5.5
        Pain de campagne; 3.1; 5.4; u; 5.5
        Jus de pomme fermier 1 l; 2.8; 4.6; bt; 5.5
        Crémant brut 75 cl; 8.5; 15; bt; 20
        Service maître d’hôtel; 28; 42; h; 20
        Location de vaisselle; 1.2; 2.9; couv.; 20
        Café et viennoiseries; 4.2; 7.8; pers.; 10
        """),
    "librairie": (("Librairie {}", "Papeterie {}", "{} Livres"), "Livres, revues, fournitures de bureau", """
        Atlas des sols de France; 32; 58; ex.; 5.5
        Dictionnaire géologique; 24; 47; ex.; 5.5
        Manuel de botanique; 19; 39; ex.; 5.5
        Ramette papier A4 80 g; 3.9; 6.8; u; 20
        Classeur à levier dos 7 cm; 2.2; 4.9; u; 20
        Stylos bille bleus (boîte); 7.5; 15; boîte; 20
        Carnet quadrillé A5; 1.9; 4.2; u; 20
        Abonnement revue un an; 48; 98; u; 2.1
        Cartouche encre noire; 18; 46; u; 20
        Enveloppes C5 autocollantes; 8; 19; cent; 20
        """),
    "jardin": (("Pépinières {}", "{} Paysage", "Les Jardins {}"), "Création et entretien d’espaces verts", """
        Charme commun 80/100; 6.5; 13; u; 10
        Érable champêtre 200/250; 58; 120; u; 10
        Terreau horticole 70 l; 7.5; 14; sac; 20
        Tonte et ramassage; 32; 48; h; 20
        Taille de haie; 4.2; 8.8; m; 20
        Graviers calcaires 6/14; 38; 66; t; 20
        Gazon en rouleau; 4.5; 8.2; m²; 10
        Bordure en acier corten; 18; 34; m; 20
        Évacuation des déchets verts; 45; 130; m³; 20
        Rosier paysager; 5.9; 12; u; 10
        """),
    "informatique": (("{} Informatique", "Net{}", "{} Systèmes"), "Matériel, réseaux, maintenance", """
        Ordinateur portable 14 pouces; 690; 1290; u; 20
        Écran 27 pouces; 169; 340; u; 20
        Clavier AZERTY filaire; 14; 39; u; 20
        Disque SSD 1 To; 62; 118; u; 20
        Maintenance mensuelle; 120; 290; mois; 20
        Licence bureautique annuelle; 68; 139; poste; 20
        Commutateur 24 ports; 145; 380; u; 20
        Assistance sur site; 65; 95; h; 20
        Câble réseau cat. 6 5 m; 4.5; 9.8; u; 20
        Sauvegarde distante 500 Go; 19; 45; mois; 20
        """),
    "nettoyage": (("{} Propreté", "Net et Clair {}", "{} Services"), "Entretien de bureaux et vitrerie", """
        Entretien des bureaux; 240; 690; mois; 20
        Vitrerie deux faces; 1.9; 3.8; m²; 20
        Shampouinage moquette; 2.4; 4.9; m²; 20
        Remise en état après chantier; 320; 890; u; 20
        Papier toilette (carton); 22; 39; carton; 20
        Savon liquide 5 l; 11; 21; bidon; 20
        Agent supplémentaire; 22; 29; h; 20
        Location de benne 8 m³; 130; 240; j; 20
        Désinfection des sanitaires; 45; 90; u; 20
        Sacs poubelle 110 l; 12; 24; rouleau; 20
        """),
    "garage": (("Garage {}", "{} Automobiles", "Carrosserie {}"), "Réparation toutes marques, carrosserie", """
        Vidange et filtre à huile; 69; 129; u; 20
        Plaquettes de frein avant; 48; 96; jeu; 20
        Pneu 205/55 R16; 62; 119; u; 20
        Équilibrage et montage; 12; 22; u; 20
        Main d’œuvre mécanique T2; 58; 79; h; 20
        Batterie 70 Ah; 89; 159; u; 20
        Géométrie du train avant; 65; 110; u; 20
        Liquide de refroidissement; 9; 19; l; 20
        Contrôle technique; 72; 88; u; 20
        Peinture aile avant droite; 240; 480; u; 20
        """),
    "laboratoire": (("{} Laboratoires", "Labo {}", "{} Instruments"), "Verrerie, réactifs, analyses", """
        Bécher gradué 250 ml; 3.4; 7.2; u; 20
        Lames porte-objet (boîte); 6.8; 14; boîte; 20
        Acide chlorhydrique 1 l; 12; 26; fl.; 20
        Analyse pollinique; 85; 190; éch.; 20
        Datation au carbone 14; 310; 460; éch.; 20
        Balance de précision 0,01 g; 390; 890; u; 20
        Tamis inox 63 µm; 58; 112; u; 20
        Gants nitrile (boîte de 100); 7; 14; boîte; 20
        Étalonnage de pipette; 28; 49; u; 20
        Carottier à main; 220; 540; u; 20
        """),
    "maraicher": (("Ferme {}", "Vergers {}", "Primeurs {}"), "Fruits et légumes de saison", """
        Pommes reinette; 1.6; 3.1; kg; 5.5
        Carottes de sable; 1.1; 2.2; kg; 5.5
        Poireaux botte; 1.8; 3.4; botte; 5.5
        Salade batavia; 0.7; 1.4; u; 5.5
        Tomates anciennes; 2.9; 5.2; kg; 5.5
        Miel de châtaignier 500 g; 6.5; 9.8; pot; 5.5
        Cidre fermier 75 cl; 3.2; 5.5; bt; 20
        Panier de saison; 12; 22; u; 5.5
        Caisse consignée; 2; 4; u; 20
        Pommes de terre charlotte; 1.2; 2.4; kg; 5.5
        """),
    "transport": (("Transports {}", "{} Logistique", "Messagerie {}"), "Messagerie, fret, déménagement", """
        Course urbaine; 18; 45; u; 20
        Livraison palette zone 3; 64; 148; pal.; 20
        Stockage mensuel; 9; 19; m³; 20
        Hayon élévateur; 25; 48; u; 20
        Kilomètres supplémentaires; 0.9; 1.6; km; 20
        Attente au chargement; 34; 52; h; 20
        Taxe carburant; 3.5; 14; u; 20
        Location de fourgon 12 m³; 75; 130; j; 20
        Emballage et calage; 12; 38; u; 20
        Assurance ad valorem; 8; 32; u; 20
        """),
    "formation": (("{} Formation", "Cabinet {}", "{} Conseil"), "Formation, conseil, traduction", """
        Journée de formation; 680; 1150; j; 20
        Support de cours imprimé; 12; 28; ex.; 5.5
        Traduction anglais-français; 0.09; 0.18; mot; 20
        Relecture et correction; 32; 48; h; 20
        Audit préalable; 450; 980; u; 20
        Frais de déplacement; 45; 210; u; 20
        Atelier collectif; 340; 620; séance; 20
        Rédaction de rapport; 380; 760; u; 20
        Location de salle; 120; 260; j; 20
        Suivi à distance; 58; 85; h; 20
        """),
    "couverture": (("{} Couverture", "Toitures {}", "Charpentes {}"), "Charpente, couverture, zinguerie", """
        Tuile mécanique rouge; 0.9; 1.9; u; 10
        Gouttière zinc développé 25; 24; 42; m; 10
        Liteaux sapin traité; 1.1; 2.3; m; 10
        Isolation sous rampants; 32; 58; m²; 5.5
        Échafaudage; 280; 760; sem.; 20
        Démoussage de toiture; 7.5; 14; m²; 10
        Main d’œuvre couvreur; 46; 61; h; 10
        Solin et étanchéité; 38; 72; m; 10
        Lucarne à deux pans; 980; 2100; u; 10
        Mise en décharge; 60; 150; t; 20
        """),
    "location": (("Loca{}", "{} Matériel", "{} Manutention"), "Location de matériel de chantier", """
        Mini-pelle 1,5 t; 128; 215; j; 20
        Plaque vibrante; 38; 62; j; 20
        Groupe électrogène 6 kVA; 44; 79; j; 20
        Nacelle ciseaux 8 m; 95; 168; j; 20
        Bétonnière électrique; 21; 36; j; 20
        Carburant consommé; 1.6; 2.1; l; 20
        Garantie bris de machine; 6; 22; j; 20
        Transport aller-retour; 70; 160; u; 20
        Marteau perforateur; 24; 45; j; 20
        Nettoyage du matériel; 25; 60; u; 20
        """),
}  # fmt: skip

TRADES = {key: Trade(names, motto, _products(block)) for key, (names, motto, block) in _BLOCKS.items()}
